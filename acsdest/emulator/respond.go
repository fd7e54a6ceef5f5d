package emulator

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// setHeaders sets what every answer carries.
func setHeaders(w http.ResponseWriter, c *call) {
	w.Header().Set("api-supported-versions", c.versionsHeader())
	w.Header().Set("MS-CV", correlationVector())
}

// correlationVector is a fresh value of MS-CV, by which the service's logs name
// a request.
func correlationVector() string {
	id := binary.BigEndian.AppendUint64(nil, rand.Uint64())
	id = binary.BigEndian.AppendUint64(id, rand.Uint64())
	return base64.RawStdEncoding.EncodeToString(id) + ".0"
}

// reply writes a success.
func (s *Server) reply(w http.ResponseWriter, rep reply) {
	if rep.location != "" {
		w.Header().Set("Location", rep.location)
	}
	writeBody(w, rep.status, "application/json; charset=utf-8", rep.body)
}

// refuse writes an error. What is no refusal is a fault of the emulator itself:
// it is logged, and answered as an internal error.
func (s *Server) refuse(w http.ResponseWriter, c *call, err error) {
	var r *refusal
	if !errors.As(err, &r) {
		s.logger.Error("request went wrong", "operation", c.operation, "error", err)
		if s.opts.OnFailure != nil {
			s.opts.OnFailure(err)
		}
		r = internal()
	}
	s.observe(c, Answering, r.status)
	if r.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(r.retryAfter.Seconds()))))
	}
	writeBody(w, r.status, "application/json", r.body(s.opts.Envelope))
}

// throttled is the refusal of a call that came too early.
func (s *Server) throttled(wait time.Duration) *refusal {
	r := tooManyRequests()
	if s.opts.RetryAfter {
		r.retryAfter = wait
	}
	return r
}

func writeBody(w http.ResponseWriter, status int, contentType string, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		panic(err) // bodies are made of strings and numbers only
	}
	data := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data) // an error means that the client is gone
}
