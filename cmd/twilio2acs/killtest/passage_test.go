package killtest_test

import (
	"net/http"
	"strings"
	"time"
)

// A passage is a request on its way through the proxy.
type passage struct {
	began time.Time
	write int // its number among those of the run; 0 of a request that only reads
	done  chan struct{}
}

// A stage is how far a request has come.
type stage int

const (
	arrived stage = iota
	carriedOut
	answered
)

var stageNames = [...]string{"arrived", "carried out", "answered"}

// A tripwire calls trip when a request that changes something reaches a stage.
type tripwire struct {
	write int // of the run
	stage stage
	pause time.Duration
	trip  func()
}

// await waits for requests that came so long ago that whoever sent them may take
// them for lost.
func (p *proxy) await() {
	var old []*passage
	p.mu.Lock()
	for ps := range p.underWay {
		if time.Since(ps.began) > p.settle*9/10 {
			old = append(old, ps)
		}
	}
	p.mu.Unlock()
	for _, ps := range old {
		<-ps.done
	}
}

func (p *proxy) enter(r *http.Request) *passage {
	p.mu.Lock()
	defer p.mu.Unlock()
	ps := &passage{began: time.Now(), done: make(chan struct{})}
	if isWrite(r) {
		p.writes++
		ps.write = p.writes
	}
	p.underWay[ps] = struct{}{}
	return ps
}

func (p *proxy) leave(ps *passage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.underWay, ps)
	close(ps.done)
}

// isWrite reports whether a request changes something; tokens do not count.
func isWrite(r *http.Request) bool {
	return r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, ":issueAccessToken")
}

// reach trips the wire if it lies here.
func (p *proxy) reach(ps *passage, s stage) {
	p.mu.Lock()
	t := p.tripwire
	tripped := t != nil && ps.write == t.write && s == t.stage
	p.mu.Unlock()
	switch {
	case !tripped:
	case s == answered: // which takes until the handler returns
		p.busy.Go(func() { time.Sleep(t.pause); t.trip() })
	default:
		t.trip()
	}
}
