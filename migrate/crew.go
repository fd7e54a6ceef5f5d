package migrate

import (
	"context"
	"sync"
)

// piece is a piece of work. It returns what it waits for before it goes on, as a
// function that calls goOn once when it need not wait any more; nil once it is done.
type piece func(context.Context) (wait func(goOn func()), err error)

// crew does pieces of work side by side, up to so many. One that waits keeps its place,
// but neither a goroutine nor a stack: tens of thousands do at once.
type crew struct {
	ctx    context.Context // of all pieces
	cancel context.CancelFunc
	places chan struct{}
	begun  sync.WaitGroup
	failed sync.Once
	err    error // the first
}

func newCrew(ctx context.Context, places int) *crew {
	c := &crew{places: make(chan struct{}, places)}
	c.ctx, c.cancel = context.WithCancel(ctx)
	return c
}

// begin begins a piece as soon as there is a place for it.
func (c *crew) begin(p piece) {
	c.places <- struct{}{}
	c.begun.Add(1)
	go c.goOn(p)
}

func (c *crew) goOn(p piece) {
	wait, err := p(c.ctx)
	if wait != nil {
		wait(func() { go c.goOn(p) })
		return
	}
	if err != nil {
		c.failed.Do(func() {
			c.err = err
			c.cancel()
		})
	}
	<-c.places
	c.begun.Done()
}

// wait waits until all that was begun is done, and returns the first error. After one
// the context of the others has ended.
func (c *crew) wait() error {
	c.begun.Wait()
	c.cancel()
	return c.err
}

// alone does a piece and waits for it.
func alone(ctx context.Context, p piece) error {
	for {
		wait, err := p(ctx)
		if wait == nil {
			return err
		}
		untilCalled(wait)
	}
}

// untilCalled waits until the function is called that it gives to wait.
func untilCalled(wait func(goOn func())) {
	over := make(chan struct{})
	wait(func() { close(over) })
	<-over
}
