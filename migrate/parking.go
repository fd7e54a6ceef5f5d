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

// await calls then, once, when the message on its way may be sent. Its first attempt is
// then made with the context that its delivery has by then, and release called after it.
// What goes wrong here that attempt meets as well, and knows what to do about it.
func (w *worker) await(ctx context.Context, then func()) {
	d := w.sending
	if w.tail.holds(d.rec.SID) {
		d.admitted, d.release = ctx, func() {}
		then()
		return
	}
	w.acs.AdmitMessage(ctx, d.from, w.rec.Thread, w.next, func(admitted context.Context, release func(), err error) {
		if err != nil {
			admitted, release = ctx, func() {}
		}
		d.admitted, d.release = admitted, release
		then()
	})
}
