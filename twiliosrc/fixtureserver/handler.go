package fixtureserver

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"time"
)

// handler answers a request, or returns an error that is answered in the way of
// the host.
type handler func(http.ResponseWriter, *http.Request) error

// route is a pattern of http.ServeMux and what answers it.
type route struct {
	pattern string
	handle  handler
}

// failure writes an error in the way of a host.
type failure func(http.ResponseWriter, *apiError)

// host makes one of the three hosts of its routes. They answer GET only: a
// snapshot cannot be written.
func (s *Server) host(name Host, routes []route, fail failure) http.Handler {
	mux := http.NewServeMux()
	for _, r := range append(routes, route{"/", s.nowhere}) {
		mux.HandleFunc(r.pattern, func(w http.ResponseWriter, req *http.Request) {
			if err := r.handle(w, req); err != nil {
				fail(w, asAPIError(err, req))
			}
		})
	}
	return s.observed(name, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			fail(w, &apiError{http.StatusMethodNotAllowed, codeMethod, "Method not allowed"})
			return
		}
		mux.ServeHTTP(w, r)
	}))
}

func (s *Server) nowhere(_ http.ResponseWriter, r *http.Request) error { return notFound(r) }

// observed gives every answer the headers that Twilio's have, and tells
// OnRequest of it.
func (s *Server) observed(name Host, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Twilio-Request-Id", newRequestID())
		w.Header().Set("Twilio-Concurrent-Requests", strconv.FormatInt(s.inFlight.Add(1), 10))
		defer s.inFlight.Add(-1)
		rec := &recorder{ResponseWriter: w, started: time.Now()}
		next.ServeHTTP(rec, r)
		if s.opts.OnRequest != nil {
			s.opts.OnRequest(Request{
				Host: name, Method: r.Method, Target: r.RequestURI, Header: r.Header.Clone(),
				Status: cmp.Or(rec.status, http.StatusOK),
			})
		}
	})
}

// recorder notes the status and stamps how long the answer took.
type recorder struct {
	http.ResponseWriter
	started time.Time
	status  int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
		r.Header().Set("Twilio-Request-Duration", strconv.FormatFloat(time.Since(r.started).Seconds(), 'f', 3, 64))
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

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
func asAPIError(err error, r *http.Request) *apiError {
	var api *apiError
	switch {
	case errors.As(err, &api):
		return api
	case errors.Is(err, fs.ErrNotExist):
		return notFound(r)
	default:
		return &apiError{http.StatusInternalServerError, codeInternal, "The snapshot cannot be read: " + err.Error()}
	}
}
