package fixtureserver

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// recorder is an answer on its way. It notes the status, stamps how long the
// answer took to begin, and cuts it off where a fault wants that. It calls leave
// before the last of it goes out: whoever has read the answer may send the next
// request, which must not meet this one still counted, or look for it in the log.
type recorder struct {
	http.ResponseWriter
	started time.Time
	host    Host
	status  int
	fault   Mode
	cut     Mode  // FaultReset, FaultTruncated or FaultShortened
	left    int64 // bytes until then, or until the answer is whole; not above 0 where that is not known
	leave   func()
}

// WriteHeader begins the answer.
func (r *recorder) WriteHeader(status int) {
	if r.status != 0 {
		return
	}
	r.status = status
	header := r.Header()
	if r.host != HostMedia {
		header.Set("Twilio-Request-Duration", strconv.FormatFloat(time.Since(r.started).Seconds(), 'f', 3, 64))
	}
	length, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	if err != nil {
		length = 0 // a cut answer is cut at once
	}
	if r.left = length; r.cut != "" {
		r.left /= 2
	}
	if r.cut == FaultShortened {
		header.Set("Content-Length", strconv.FormatInt(r.left, 10))
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write writes what a fault lets through, and then ends the connection.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	through := p
	if r.cut != "" {
		through = p[:min(int64(len(p)), r.left)]
	}
	if r.left -= int64(len(through)); r.left == 0 {
		r.leave()
	}
	n, err := r.ResponseWriter.Write(through)
	if err != nil || len(through) == len(p) {
		return n, err
	}
	if r.cut == FaultShortened {
		return len(p), nil
	}
	r.breakOff()
	return 0, http.ErrAbortHandler
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// breakOff ends the connection: FaultTruncated with the end of the stream,
// FaultReset with a reset. It does not return.
func (r *recorder) breakOff() {
	control := http.NewResponseController(r.ResponseWriter)
	_ = control.Flush() // the connection is about to end anyway
	if r.cut == FaultReset {
		if conn, _, err := control.Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // makes Close a reset
			}
			_ = conn.Close()
		}
	}
	panic(http.ErrAbortHandler)
}
