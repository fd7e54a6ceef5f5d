package fixtureserver

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// disturb lets faults do their harm to an answer. It reports whether the answer
// is still to be given; it then is one that may break off.
func (s *Server) disturb(w *recorder, r *http.Request, resource Resource, fail failure) bool {
	for _, fault := range s.faults.answer(resource) {
		w.fault = fault.Mode
		switch fault.Mode {
		case FaultSlow:
			if sleep(r.Context(), fault.Delay) != nil {
				return false // nobody is there to be answered
			}
		case FaultReset, FaultTruncated, FaultShortened:
			w.cut = fault.Mode
		default:
			fault.refuse(w, fail)
			return false
		}
	}
	return true
}

// unavailablePage is what a proxy says when there is nothing behind it.
const unavailablePage = `<html>
<head><title>503 Service Temporarily Unavailable</title></head>
<body><h1>503 Service Temporarily Unavailable</h1></body>
</html>
`

// refuse answers with an error.
func (f Fault) refuse(w http.ResponseWriter, fail failure) {
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
	}
	switch f.Mode {
	case FaultExpired:
		fail(w, errAccessDenied)
	case FaultUnavailableEmpty:
		w.WriteHeader(http.StatusServiceUnavailable)
	case FaultUnavailable:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(unavailablePage)) // the client may be gone
	default:
		fail(w, tooManyRequests())
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
