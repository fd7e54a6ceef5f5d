package fixtureserver

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// handler answers a request, or returns an error that is answered in the way of
// the host.
type handler func(http.ResponseWriter, *http.Request) error

// route is a pattern of http.ServeMux, what is there, and what answers it.
type route struct {
	resource Resource
	pattern  string
	handle   handler
}

// failure writes an error in the way of a host.
type failure func(http.ResponseWriter, *apiError)

// productionURL is the address that is written into what Twilio returns.
const productionURL = "https://conversations.twilio.com"

// host makes one of the three hosts of its routes. They answer GET only: a
// snapshot cannot be written.
func (s *Server) host(name Host, routes []route, fail failure) http.Handler {
	mux := http.NewServeMux()
	for _, route := range append(routes, route{"", "/", s.nowhere}) {
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
			if rec, ok := w.(*recorder); ok && !s.disturb(rec, r, route.resource, fail) {
				return
			}
			if err := route.handle(w, r); err != nil {
				fail(w, s.asAPIError(err, r))
			}
		})
	}
	return s.observed(name, func(w *recorder, r *http.Request, concurrent int64) {
		if refused := s.refused(name, r, concurrent); refused != nil {
			fail(w, refused)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) nowhere(_ http.ResponseWriter, r *http.Request) error { return notFound(r) }

// refused is what a request is refused for, whatever it asks. That Twilio's
// answer to another region's account is a 400 is not published, only its code.
func (s *Server) refused(name Host, r *http.Request, concurrent int64) *apiError {
	switch {
	case r.Method != http.MethodGet:
		return &apiError{http.StatusMethodNotAllowed, codeMethod, "Method not allowed"}
	case name == HostMedia:
		return nil
	case s.opts.MaxConcurrent > 0 && concurrent > int64(s.opts.MaxConcurrent):
		return tooManyRequests()
	case s.opts.WrongRegion:
		return &apiError{http.StatusBadRequest, codeRegion, "The account belongs to another region"}
	}
	return nil
}

// observed gives every answer the headers that Twilio's have, and tells
// OnRequest of it, even of one that breaks off.
func (s *Server) observed(name Host, next func(*recorder, *http.Request, int64)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inFlight := s.counter(name)
		concurrent := inFlight.Add(1)
		rec := &recorder{ResponseWriter: w, started: time.Now(), host: name}
		rec.leave = sync.OnceFunc(func() {
			inFlight.Add(-1)
			if s.opts.OnRequest != nil {
				s.opts.OnRequest(Request{
					Host: name, Method: r.Method, Target: r.RequestURI, Header: r.Header.Clone(),
					Status: cmp.Or(rec.status, http.StatusOK), Concurrent: concurrent, Fault: rec.fault,
				})
			}
		})
		defer rec.leave()
		if name != HostMedia {
			w.Header().Set("Twilio-Request-Id", newRequestID())
			w.Header().Set("Twilio-Concurrent-Requests", strconv.FormatInt(concurrent, 10))
			w.Header().Set("X-Home-Region", cmp.Or(s.snap.Manifest().Region, "us1"))
		}
		next(rec, r, concurrent)
	})
}

// counter counts the requests in progress. What a signed URL leads to is no
// request to Twilio's API.
func (s *Server) counter(name Host) *atomic.Int64 {
	if name == HostMedia {
		return &s.downloads
	}
	return &s.inFlight
}

func newRequestID() string {
	var b [16]byte
	rand.Read(b[:])
	return "RQ" + hex.EncodeToString(b[:])
}

// authorized lets requests pass that have the right credentials.
func (s *Server) authorized(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		user, password, _ := r.BasicAuth()
		given := user != "" && password != ""
		if !given || user != cmp.Or(s.opts.Username, user) || password != cmp.Or(s.opts.Password, password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
			return &apiError{http.StatusUnauthorized, codeAuthenticate, "Authenticate"}
		}
		return next(w, r)
	}
}

// asAPIError finds the answer to an error: what is not there is 404, whatever
// else goes wrong is the server's fault.
func (s *Server) asAPIError(err error, r *http.Request) *apiError {
	var api *apiError
	switch {
	case errors.As(err, &api):
		return api
	case errors.Is(err, fs.ErrNotExist):
		return notFound(r)
	default:
		if s.opts.OnFailure != nil && r.Context().Err() == nil {
			s.opts.OnFailure(err)
		}
		return &apiError{http.StatusInternalServerError, codeInternal, "The snapshot cannot be read: " + err.Error()}
	}
}
