// Package killtest_test proves the guarantee of package migrate from outside: it
// kills runs of the real program with SIGKILL at random moments, behind a proxy
// that cuts connections before and after requests are carried out, until one ends
// by itself, and then reads the destination: no message lost, none doubled, none
// out of order.
//
// Everything random follows from -seed and the number of the trial, but not when
// exactly a process dies: repeating a trial comes close, no more. A trial that
// fails keeps its directory: the ledger, the data of the server, what every run
// logged, and events.log, which tells of every kill and every cut.
package killtest_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

var (
	kills   = flag.Int("kills", 6, "how many runs to kill in all")
	perTry  = flag.Int("kills-per-trial", 2, "how many runs of one migration to kill at most")
	trials  = flag.Int("at-once", 3, "how many migrations to run side by side")
	seed    = flag.Uint64("seed", 0, "what everything random follows from; 0 chooses one")
	atMost  = flag.Duration("for", 0, "begin no migration after that time; 0 sets no bound")
	onlyOne = flag.Int("trial", 0, "make this one trial alone; 0 makes all")
	changes = flag.Bool("changes", false, "let the source change between runs, in some of the trials")
)

// TestKilledRuns makes trials until enough runs have been killed.
func TestKilledRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts and kills processes for a quarter of a minute")
	}
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("repeat it with -seed %d", *seed)
	p := build(t, t.TempDir())
	b := newBudget(*kills, *atMost)
	if *onlyOne > 0 {
		b.trial(t, p, *onlyOne)
		return
	}
	var side sync.WaitGroup
	for range *trials {
		side.Go(func() {
			for n := b.next(); n > 0; n = b.next() {
				b.trial(t, p, n)
			}
		})
	}
	side.Wait()
	t.Logf("%d runs killed in %d trials", b.killed, b.begun)
	if b.killed < *kills && *atMost == 0 {
		t.Errorf("%d runs killed, want %d", b.killed, *kills)
	}
}

// A budget says how much there is left to do.
type budget struct {
	mu            sync.Mutex
	ends          time.Time // zero: never
	begun, killed int
	left          int // kills
}

func newBudget(kills int, atMost time.Duration) *budget {
	b := &budget{left: kills}
	if atMost > 0 {
		b.ends = time.Now().Add(atMost)
	}
	return b
}

// next is the number of the next trial; 0 when there is none.
func (b *budget) next() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left <= 0 || !b.ends.IsZero() && time.Now().After(b.ends) {
		return 0
	}
	b.begun++
	return b.begun
}

// take takes up to n kills for a trial.
func (b *budget) take(n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n = min(n, b.left)
	b.left -= n
	return n
}

// settle notes that of the taken kills so many were made.
func (b *budget) settle(taken, made int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left += taken - made
	b.killed += made
}

// trial makes one trial.
func (b *budget) trial(t *testing.T, p program, n int) {
	modes := chosenModes()
	m := modes[(n-1)%len(modes)]
	t.Run(fmt.Sprintf("%d %s", n, m.name), func(t *testing.T) {
		tr := newTrial(t, p, m, *seed, uint64(n))
		taken := b.take(*perTry)
		defer func() { b.settle(taken, tr.killed) }()
		tr.run(taken)
	})
}
