package migrate

import (
	"context"
	"errors"
)

// errParked says that a conversation has nothing to do before its next message may be
// sent.
var errParked = errors.New("waits for the turn of its next message")

// parks reports whether a conversation parks before it sends a message of its history.
// Without a gap between its messages it need not wait.
func (w *worker) parks() bool { return w.opts.Gap > 0 && !w.closing }

// await waits until the message on its way may be sent.
func (w *worker) await(ctx context.Context) {
	w.sending.admitted, w.sending.release = w.admitted(ctx, w.sending)
}

// aside calls do on the stack of another goroutine, which ends with it. A stack that
// has grown becomes small again only when garbage is collected, and then but by half.
func aside(do func() error) error {
	done := make(chan error)
	go func() { done <- do() }()
	return <-done
}
