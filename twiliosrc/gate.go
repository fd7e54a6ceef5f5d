package twiliosrc

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// firstConcurrency is how many requests are on their way at once before
	// anything is known of what Twilio takes.
	firstConcurrency = 8
	// accountConcurrency is how many requests of the whole account at once are
	// enough: Twilio says how many there are, but not where its limit is. Third
	// parties report 100, and others use the account too.
	accountConcurrency = 80
)

// gate lets a number of requests pass at once. The number rises by one each time
// that so many have passed without complaint, and falls to half when Twilio
// throttles. It comes back to where it fell with hesitation only.
type gate struct {
	log *slog.Logger

	mu      sync.Mutex
	most    int
	level   int
	busy    int
	passed  int // since the level last changed
	waiting []chan struct{}
	fell    time.Time // when the level last fell
	ceiling int       // from where it fell; 0 if it is above that again
}

func newGate(first, most int, log *slog.Logger) *gate {
	return &gate{level: min(first, most), most: most, log: log}
}

// enter waits for a place. The place is given back with leave.
func (g *gate) enter(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	g.mu.Lock()
	if g.busy < g.level && len(g.waiting) == 0 {
		g.busy++
		g.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	g.waiting = append(g.waiting, turn)
	g.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		g.giveUp(turn)
		return context.Cause(ctx)
	}
}

// giveUp leaves the queue, or gives a place back that came too late.
func (g *gate) giveUp(turn chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, w := range g.waiting {
		if w == turn {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return
		}
	}
	g.busy--
	g.admit()
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.busy--
	g.admit()
}

// admit lets those in who wait, as far as there are places.
func (g *gate) admit() {
	for len(g.waiting) > 0 && g.busy < g.level {
		g.busy++
		close(g.waiting[0])
		g.waiting = g.waiting[1:]
	}
}

// answered learns from an answer to a request that was sent at some time: was
// it throttled, and how many requests of the account were there at once? The
// latter is 0 where Twilio does not say.
func (g *gate) answered(ctx context.Context, sent time.Time, throttled bool, account int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case throttled && sent.Before(g.fell):
		// It was on its way when the level fell, and says nothing new.
	case throttled:
		g.ceiling, g.passed, g.fell = g.level, 0, time.Now()
		g.level = max(1, g.level/2)
		g.log.InfoContext(ctx, "twilio throttles, fewer requests at once", "level", g.level)
	case g.level == g.most, account >= accountConcurrency, g.busy < g.level:
		// There is no reason to rise.
	default:
		if g.passed++; g.passed < g.patience() {
			return
		}
		if g.level, g.passed = g.level+1, 0; g.level >= g.ceiling {
			g.ceiling = 0
		}
		g.log.DebugContext(ctx, "more requests to twilio at once", "level", g.level, "account", account)
		g.admit()
	}
}

// hesitation is how many times more requests must pass before the level comes
// back to where Twilio throttled.
const hesitation = 50

// patience is how many requests must pass before the level rises.
func (g *gate) patience() int {
	if g.level+1 >= g.ceiling && g.ceiling > 0 {
		return hesitation * g.level
	}
	return g.level
}
