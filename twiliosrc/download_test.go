package twiliosrc_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

const signed = "https://media.us1.twilio.com/ME1%7e|x?Expires=1&Signature=a~b-c_d+e%2f.42&Key-Pair-Id=K&&z"

var (
	me       = mapping.MediaSID(snapshottest.SID("ME", 1))
	ofMedia  = mapping.Conversation{SID: mapping.ConversationSID(ch1), ServiceSID: mapping.ServiceSID(snapshottest.SID("IS", 1))}
	fiveByte = mapping.Media{SID: me, Size: 5}
)

func resource(sid mapping.MediaSID, size, url string) answer {
	return says(200, "application/json", `{"sid":"`+string(sid)+`","size":`+size+`,"links":{"content_direct_temporary":"`+url+`"}}`)
}

// stream answers without saying how much will come.
func stream(body io.Reader) answer {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: -1, Request: r}, nil
	}
}

func TestOpenMedia(t *testing.T) {
	mcs, ok := resource(me, "5", signed), says(200, "image/png", "12345")
	denied := says(403, "application/xml", "<Error><Code>AccessDenied</Code></Error>")
	for _, tt := range []struct {
		name     string
		answers  []answer
		requests int
		err      any // pointer to the error's type, nil for success
		text     string
	}{
		{"at once", []answer{mcs, ok}, 2, nil, ""},
		{"in pieces", []answer{mcs, stream(iotest.OneByteReader(strings.NewReader("12345")))}, 2, nil, ""},
		{"expired", []answer{mcs, denied, mcs, says(401, "", ""), mcs, ok}, 6, nil, ""},
		{"expired for ever", []answer{mcs, denied, mcs, denied, mcs, denied}, 6, new(*twiliosrc.DownloadError), "403"},
		{"storage out of order", []answer{mcs, says(503, "text/html", "<html>"), breaks(syscall.ECONNRESET), says(429, "", ""), ok}, 5, nil, ""},
		{"metadata out of order", []answer{says(503, "", ""), mcs, ok}, 3, nil, ""},
		{"an error page", []answer{mcs, says(200, "text/html", "<html>")}, 2, new(*twiliosrc.MediaSizeError), "6 bytes, not 5"},
		{"a redirect", []answer{mcs, says(302, "", "", "Location", "https://evil.example/")}, 2, new(*twiliosrc.DownloadError), "302"},
		{"too long", []answer{mcs, stream(strings.NewReader("123456"))}, 2, new(*twiliosrc.MediaSizeError), "6 bytes, not 5"},
		{"another size than the message says", []answer{resource(me, "6", signed)}, 1, new(*mapping.DamagedError), "6 bytes, not 5"},
		{"another file", []answer{resource("ME00000000000000000000000000000000", "5", signed)}, 1, new(*mapping.DamagedError), "ME0"},
		{"no resource", []answer{says(200, "application/json", `[]`)}, 1, new(*mapping.DamagedError), "not a JSON object"},
		{"no credentials", []answer{says(401, "application/json", `{"code":20003}`)}, 1, new(*twiliosrc.APIError), "20003"},
		{"no URL", []answer{resource(me, "5", "")}, 1, new(error), "its URL is none"},
		{"plain http", []answer{resource(me, "5", "http://media.us1.twilio.com/ME1?x")}, 1, new(error), "not https"},
		{"plain http to this machine", []answer{resource(me, "5", "http://127.0.0.1/ME1?x")}, 1, new(error), "not https"},
		{"credentials in the URL", []answer{resource(me, "5", "https://a:b@media.us1.twilio.com/ME1?x")}, 1, new(error), "holds credentials"},
		{"a URL of two lines", []answer{resource(me, "5", `https://media.us1.twilio.com/ME1?x\r\nHost: y`)}, 1, new(error), "escaped"},
		{"a URL without path", []answer{resource(me, "5", `https://media.us1.twilio.com?x`)}, 1, new(error), "no path"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: tt.answers}
				c := newClient(t, twiliosrc.ClientOptions{Transport: s, Concurrency: 1})
				got, err := readMedia(t.Context(), c)
				if len(s.asked) != tt.requests {
					t.Errorf("%d requests, want %d", len(s.asked), tt.requests)
				}
				checkMediaRequests(t, s.asked)
				if tt.err == nil && (err != nil || got != "12345") {
					t.Errorf("read %q, %v", got, err)
				}
				if tt.err != nil && (err == nil || !errors.As(err, tt.err) || !strings.Contains(err.Error(), tt.text)) {
					t.Errorf("error %v (%T), want %T that tells of %q", err, err, tt.err, tt.text)
				}
				if err != nil && strings.Contains(err.Error(), "Signature") {
					t.Errorf("the error shows the signed URL: %v", err)
				}
				// Whatever happened, the only place at the gate is free again.
				*s = script{answers: []answer{mcs, ok}}
				if got, err := readMedia(t.Context(), c); err != nil || got != "12345" {
					t.Errorf("next file: %q, %v", got, err)
				}
			})
		})
	}
}

func readMedia(ctx context.Context, c *twiliosrc.Client) (string, error) {
	r, err := c.OpenMedia(ctx, ofMedia, fiveByte)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), errors.Join(err, r.Close())
}

// checkMediaRequests checks that credentials go to the service and nowhere
// else, and that the signed URL is asked for byte for byte.
func checkMediaRequests(t *testing.T, requests []*http.Request) {
	t.Helper()
	for _, r := range requests {
		_, _, authorized := r.BasicAuth()
		target := "https://" + r.URL.Host + r.URL.RequestURI()
		if ofService := r.URL.Host == "mcs.us1.twilio.com"; authorized != ofService || !ofService && target != signed {
			t.Errorf("asked for %s with credentials %t", target, authorized)
		}
	}
}

func TestMediaGone(t *testing.T) {
	for _, answers := range [][]answer{
		{says(404, "application/json", `{"code":20404}`)},
		{resource(me, "5", signed), says(404, "application/xml", "<Error/>"), resource(me, "5", signed), says(404, "", ""), resource(me, "5", signed), says(404, "", "")},
	} {
		c := newClient(t, twiliosrc.ClientOptions{Transport: &script{answers: answers}})
		if _, err := c.OpenMedia(t.Context(), ofMedia, fiveByte); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("OpenMedia: %v, want fs.ErrNotExist", err)
		}
	}
}

// body is a body that stalls after its first bytes until it is given up.
type body struct {
	io.Reader
	ctx context.Context
}

func (b body) Read(p []byte) (int, error) {
	if n, _ := b.Reader.Read(p); n > 0 {
		return n, nil
	}
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

func (b body) Close() error { return nil }

// storage is a service with one file of five bytes, and what its storage answers.
type storage struct {
	answers []answer // the last one goes on
	asked   []*http.Request
	fetched int
}

func (s *storage) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "mcs.us1.twilio.com" {
		s.fetched++
		return says(200, "application/json", `{"sid":"`+string(me)+`","size":5,"content_type":"image/png","links":{"content_direct_temporary":"`+signed+`"}}`)(r)
	}
	s.asked = append(s.asked, r)
	return s.answers[min(len(s.asked), len(s.answers))-1](r)
}

func brokenOff(text string) answer {
	return func(r *http.Request) (*http.Response, error) {
		return stream(io.MultiReader(strings.NewReader(text), iotest.ErrReader(syscall.ECONNRESET)))(r)
	}
}

// A download that breaks off is gone on with where it was, or ends in an error.
func TestDownloadGoesOn(t *testing.T) {
	rest := says(206, "image/png", "345", "Content-Range", "bytes 2-4/5")
	for _, tt := range []struct {
		name    string
		answers []answer
		err     any // pointer to the error's type, nil for success
	}{
		{"from where it was", []answer{brokenOff("12"), rest}, nil},
		{"from the beginning", []answer{brokenOff("12"), says(200, "image/png", "12345")}, nil},
		{"with a new URL", []answer{brokenOff("12"), says(403, "application/xml", "<Error/>"), rest}, nil},
		{"after an outage", []answer{brokenOff("12"), says(503, "text/html", "<html>"), rest}, nil},
		{"again and again", []answer{brokenOff("1"), brokenOff("12"), brokenOff("123"), brokenOff("12345")}, nil},
		{"cut short, then whole", []answer{says(200, "image/png", "1234"), says(200, "image/png", "12345")}, nil},
		{"cut short for ever", []answer{says(200, "image/png", "1234")}, new(*twiliosrc.MediaSizeError)},
		{"broken off for ever", []answer{brokenOff("12")}, new(*twiliosrc.MediaSizeError)},
		{"from somewhere else", []answer{brokenOff("12"), says(206, "image/png", "45", "Content-Range", "bytes 3-4/5")}, new(*twiliosrc.DownloadError)},
		{"with a page of the same size", []answer{says(200, "text/html; charset=utf-8", "<br/>")}, new(*twiliosrc.DownloadError)},
		{"with more than there should be", []answer{brokenOff("123456")}, new(*twiliosrc.MediaSizeError)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &storage{answers: tt.answers}
				got, err := readMedia(t.Context(), newClient(t, twiliosrc.ClientOptions{Transport: s, Concurrency: 1}))
				if tt.err == nil && (err != nil || got != "12345") || tt.err != nil && !errors.As(err, tt.err) {
					t.Errorf("read %q, %v (%T)", got, err, err)
				}
				if len(s.asked) > 100 {
					t.Errorf("%d requests", len(s.asked))
				}
				for _, r := range s.asked {
					if r.Header.Get("Authorization") != "" || "https://"+r.URL.Host+r.URL.RequestURI() != signed {
						t.Errorf("asked for %s", r.URL)
					}
				}
			})
		})
	}
}

func TestDownloadThatStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stalls := func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: body{strings.NewReader("12"), r.Context()}, ContentLength: -1, Request: r}, nil
		}
		s := &storage{answers: []answer{stalls, says(206, "", "345", "Content-Range", "bytes 2-4/5")}}
		r, err := newClient(t, twiliosrc.ClientOptions{Transport: s}).OpenMedia(t.Context(), ofMedia, fiveByte)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, make([]byte, 2)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour) // whoever reads may take their time
		started := time.Now()
		got, err := io.ReadAll(r)
		if string(got) != "345" || err != nil || time.Since(started) != time.Minute || s.asked[1].Header.Get("Range") != "bytes=2-" {
			t.Errorf("read %q, %v after %s, want it to go on after a minute", got, err, time.Since(started))
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestDownloadStopsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stalls := func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: body{strings.NewReader(""), r.Context()}, ContentLength: 5, Request: r}, nil
		}
		c := newClient(t, twiliosrc.ClientOptions{Transport: &script{answers: []answer{resource(me, "5", signed), stalls}}})
		ctx, cancel := context.WithCancelCause(t.Context())
		r, err := c.OpenMedia(ctx, ofMedia, fiveByte)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		time.AfterFunc(time.Second, func() { cancel(errStop) })
		if _, err := r.Read(make([]byte, 1)); !errors.Is(err, errStop) {
			t.Errorf("Read: %v, want the cause of the cancellation", err)
		}
	})
}

// Whatever the service says of a file, no credentials leave for another host
// and nothing but https is asked for.
func FuzzMediaResource(f *testing.F) {
	f.Add([]byte(`{"sid":"` + string(me) + `","size":5,"links":{"content_direct_temporary":"` + signed + `"}}`))
	f.Add([]byte(`{"sid":"` + string(me) + `","size":5,"links":{"content_direct_temporary":"https://a@h/p?q#f"}}`))
	f.Add([]byte(`{"sid":"` + string(me) + `","size":5,"links":{"content_elsewhere":"` + signed + `"}}`))
	f.Add([]byte(`{"sid":"` + string(me) + `","size":null,"links":{"content_direct_temporary":"HTTPS://h:1//p"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s := &script{answers: []answer{says(200, "application/json", string(text)), says(410, "", "")}}
		c := newClient(t, twiliosrc.ClientOptions{Transport: s, MaxAttempts: 1})
		if r, err := c.OpenMedia(t.Context(), ofMedia, fiveByte); err == nil {
			t.Errorf("opened %v", r)
		}
		raw, err := newClient(t, twiliosrc.ClientOptions{Transport: &script{answers: s.answers[:1]}, MaxAttempts: 1}).
			FetchMedia(t.Context(), ofMedia, fiveByte)
		if err == nil && (!json.Valid(raw) || strings.Contains(string(raw), "&Signature=a~b")) {
			t.Errorf("resource is kept as %s", raw)
		}
		for i, r := range s.asked {
			if r.URL.Scheme != "https" || i%2 == 1 && r.Header.Get("Authorization") != "" {
				t.Errorf("asked for %s with %v", r.URL, r.Header)
			}
		}
	})
}

// Whatever a page says, only the expected host is asked, and the listing ends.
func FuzzPage(f *testing.F) {
	f.Add([]byte(`{"meta":{"key":"services","next_page_url":"https://conversations.twilio.com/v1/Services?PageToken=PT1"},"services":[{"sid":"IS1"},{"sid":7},null]}`))
	f.Add([]byte(`{"meta":{"key":"meta","next_page_url":null},"services":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s := &script{answers: []answer{says(200, "application/json", string(text)), servicesPage("")}}
		c := newClient(t, twiliosrc.ClientOptions{Transport: s, MaxAttempts: 1})
		for range c.Services(t.Context()) {
		}
		if len(s.asked) > 3 {
			t.Errorf("%d requests", len(s.asked))
		}
		for _, r := range s.asked {
			if r.URL.Host != "conversations.twilio.com" || r.URL.Scheme != "https" {
				t.Errorf("asked for %s", r.URL)
			}
		}
	})
}
