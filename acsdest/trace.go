package acsdest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// trace follows a request on its way through net/http. Its hooks run on several
// goroutines.
type trace struct {
	dialled   atomic.Bool  // a connection was asked for, so this is net/http
	connected atomic.Bool  // there was one at least once
	writing   atomic.Bool  // the first header was about to be written
	repeats   atomic.Int32 // connections there were after that
}

// maxReadRepeats is how often net/http may repeat a read by itself. It would not
// stop before the end of the attempt, and the gate does not see it.
const maxReadRepeats = 2

var errRepeated = errors.New("connection lost after the request was written")

// follow returns a context for one request, and what becomes known of it.
//
// It also keeps net/http from sending twice what must be sent once. Over HTTP/1.1
// net/http repeats a request that is not a read only if not a byte of it was written
// (or if it has an Idempotency-Key header, which is why none is ever set). But over
// HTTP/2, which a client of the caller's own may speak, it repeats whatever the server
// resets as refused, lost to a shutdown, or a protocol error, although all of it may
// have arrived: a proxy's word is not what a message should hang on. So when a
// connection is found for a request that was being written already, the context ends;
// HTTP/2 looks at it before it writes a header.
func follow(ctx context.Context, method string) (context.Context, *trace) {
	ctx, stop := context.WithCancelCause(ctx)
	t := new(trace)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { t.dialled.Store(true) },
		GotConn: func(httptrace.GotConnInfo) {
			t.connected.Store(true)
			if t.writing.Load() && (method != http.MethodGet || t.repeats.Add(1) > maxReadRepeats) {
				stop(errRepeated)
			}
		},
		WroteHeaderField: func(string, []string) { t.writing.Store(true) },
	}), t
}

// neverLeft reports that not a complete header can have reached the service.
//
// net/http announces each header field before it writes it, in HTTP/1.1 as in
// HTTP/2, so a request without such an announcement has not left. Except that
// HTTP/2 writes on a goroutine of its own, which a cancelled caller does not wait
// for: a request that was cancelled while it had a connection may be on its way.
// Other transports announce nothing; of them only a failed dial is believed.
func (t *trace) neverLeft(ctx context.Context, err error) bool {
	switch {
	case !t.dialled.Load():
		return failedToDial(err)
	case t.writing.Load():
		return false
	default:
		return !t.connected.Load() || ctx.Err() == nil
	}
}

func failedToDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
