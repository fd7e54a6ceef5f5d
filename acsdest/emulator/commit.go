package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"sync"

	"go.etcd.io/bbolt"
)

// maxGroup is how many writes share a transaction at most, so that none waits
// long for the others.
const maxGroup = 2048

// errClosed is the error of a write after Close.
var errClosed = errors.New("embedded ACS is closed")

// StorageError says that the data file cannot be written. What was answered with
// success before stays; no call that changes anything succeeds from then on, unless
// the file system has an answer again.
type StorageError struct {
	Path string
	Err  error
}

func (e *StorageError) Error() string { return fmt.Sprintf("write embedded ACS %s: %v", e.Path, e.Err) }
func (e *StorageError) Unwrap() error { return e.Err }

// storageError wraps err, without the path that it repeats.
func storageError(path string, err error) error {
	var file *fs.PathError
	if errors.As(err, &file) {
		err = file.Err
	}
	return &StorageError{Path: path, Err: err}
}

// A committer runs writes in groups, one transaction and one fsync each: while a
// group goes to disk the next one gathers. Thousands of senders so share the
// price of durability, and a single one pays no delay.
type committer struct {
	state   *state
	queue   chan *write
	stopped chan struct{}

	quitting sync.Once
	quit     chan struct{}
}

// A write is one change of the state. Its apply may return a *refusal, and must
// do so before it changes anything, since the group is committed all the same.
// Any other error takes the whole group back.
type write struct {
	apply func(tx) error
	err   error
	done  chan struct{}
}

func startCommitter(st *state) *committer {
	c := &committer{
		state:   st,
		queue:   make(chan *write),
		quit:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go c.run()
	return c
}

// do returns once apply has been committed, or refused.
func (c *committer) do(apply func(tx) error) error {
	w := &write{apply: apply, done: make(chan struct{})}
	select {
	case c.queue <- w:
		<-w.done
		return w.err
	case <-c.quit:
		return errClosed
	}
}

// stop returns when the last group is on disk. It may be called again.
func (c *committer) stop() {
	c.quitting.Do(func() { close(c.quit) })
	<-c.stopped
}

func (c *committer) run() {
	defer close(c.stopped)
	for {
		select {
		case first := <-c.queue:
			c.commit(c.gather([]*write{first}))
		case <-c.quit:
			return
		}
	}
}

// gather takes what waits. As long as more arrives it lets others run before it
// looks again: under load that makes groups larger, and without load it costs
// nothing.
func (c *committer) gather(group []*write) []*write {
	for len(group) < maxGroup {
		before := len(group)
		runtime.Gosched()
		group = c.take(group)
		if len(group) == before {
			break
		}
	}
	return group
}

// take adds what waits right now.
func (c *committer) take(group []*write) []*write {
	for len(group) < maxGroup {
		select {
		case w := <-c.queue:
			group = append(group, w)
		default:
			return group
		}
	}
	return group
}

func (c *committer) commit(group []*write) {
	applied := false
	err := c.state.db.Update(func(b *bbolt.Tx) error {
		for _, w := range group {
			w.err = w.apply(tx{b, c.state})
			if w.err != nil && !isRefusal(w.err) {
				return w.err
			}
		}
		applied = true
		return nil
	})
	if err != nil && applied {
		err = storageError(c.state.db.Path(), err)
	}
	for _, w := range group {
		if err != nil {
			w.err = err
		}
		close(w.done)
	}
}
