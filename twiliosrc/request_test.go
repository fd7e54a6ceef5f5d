package twiliosrc_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// script answers requests one after the other; the last answer goes on.
type script struct {
	answers []answer
	asked   []*http.Request
	times   []time.Time
}

type answer func(*http.Request) (*http.Response, error)

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	next := s.answers[min(len(s.asked), len(s.answers)-1)]
	s.asked = append(s.asked, r)
	s.times = append(s.times, time.Now())
	return next(r)
}

// pauses are the times between the requests.
func (s *script) pauses() []time.Duration {
	var pauses []time.Duration
	for i := 1; i < len(s.times); i++ {
		pauses = append(pauses, s.times[i].Sub(s.times[i-1]))
	}
	return pauses
}

func says(status int, contentType, body string, header ...string) answer {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {contentType}, "Twilio-Request-Id": {snapshottest.SID("RQ", 17)}}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{
			StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)),
			ContentLength: int64(len(body)), Request: r,
		}, nil
	}
}

func breaks(err error) answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func servicesPage(next string, sids ...int) answer {
	var items []string
	for _, n := range sids {
		items = append(items, `{"sid":"`+snapshottest.SID("IS", n)+`"}`)
	}
	if next == "" {
		next = "null"
	} else {
		next = `"` + next + `"`
	}
	return says(200, "application/json", `{"meta":{"key":"services","next_page_url":`+next+`},"services":[`+strings.Join(items, ",")+`]}`)
}

func TestClientTriesAgain(t *testing.T) {
	ok := servicesPage("", 1)
	throttled := says(429, "application/json", `{"code":20429,"message":"Too Many Requests","status":429}`)
	for _, tt := range []struct {
		name    string
		known   bool // the host has answered before
		answers []answer
		pauses  []time.Duration // about; 0 means any of the usual ones
		err     any             // pointer to the error's type, nil for success
	}{
		{"throttled", false, []answer{throttled, throttled, ok}, []time.Duration{0, 0}, nil},
		{"told how long to wait", false, []answer{says(429, "", "", "Retry-After", "7"), ok}, []time.Duration{7 * time.Second}, nil},
		{"told until when to wait", false, []answer{func(r *http.Request) (*http.Response, error) {
			return says(503, "", "", "Retry-After", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat))(r)
		}, ok}, []time.Duration{time.Minute}, nil},
		{"told to wait too long", false, []answer{says(429, "", "", "Retry-After", "86400"), ok}, nil, new(*twiliosrc.APIError)},
		{"out of order, in HTML", true, []answer{says(503, "text/html", "<html>"), says(502, "", ""), says(504, "text/plain", "x"), ok}, []time.Duration{0, 0, 0}, nil},
		{"connections that break", true, []answer{breaks(syscall.ECONNRESET), breaks(io.ErrUnexpectedEOF), ok}, []time.Duration{0, 0}, nil},
		{"no answer", false, []answer{hangs, ok}, []time.Duration{2 * time.Minute}, nil},
		{"a host that never answers", false, []answer{breaks(syscall.ECONNREFUSED)}, []time.Duration{0, 0}, new(*twiliosrc.UnreachableError)},
		{"a host that is gone", true, []answer{breaks(syscall.ECONNREFUSED)}, make([]time.Duration, 7), new(*twiliosrc.UnreachableError)},
		{"throttled for ever", false, []answer{throttled}, make([]time.Duration, 7), new(*twiliosrc.APIError)},
		{"a server's fault", false, []answer{says(500, "application/json", `{"code":20500}`), ok}, nil, new(*twiliosrc.APIError)},
		{"not found", false, []answer{says(404, "application/json", `{"code":20404}`), ok}, nil, new(*twiliosrc.APIError)},
		{"no JSON", false, []answer{says(200, "text/html", "<html>"), ok}, nil, new(*twiliosrc.APIError)},
		{"a redirect", false, []answer{says(302, "", "", "Location", "https://evil.example/"), ok}, nil, new(*twiliosrc.APIError)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: []answer{ok}}
				c := newClient(t, twiliosrc.ClientOptions{Transport: s})
				if tt.known {
					sound(t, c.Services(t.Context()))
				}
				*s = script{answers: tt.answers}
				err := end(c.Services(t.Context()))
				switch {
				case tt.err == nil && err != nil, tt.err != nil && !errors.As(err, tt.err):
					t.Errorf("Services: %v (%T)", err, err)
				}
				got := s.pauses()
				if len(got) != len(tt.pauses) {
					t.Fatalf("paused %v, want %d pauses", got, len(tt.pauses))
				}
				for i, pause := range got {
					want := tt.pauses[i]
					if want > 0 && (pause < want-time.Second || pause > want+time.Second) || pause > 3*time.Minute || pause == 0 {
						t.Errorf("paused %v, want about %v", got, tt.pauses)
					}
				}
			})
		})
	}
}

// end is the error with which a listing ends, nil for a sound one.
func end[T any](listing func(func(T, error) bool)) error {
	var last error
	listing(func(_ T, err error) bool {
		last = err
		return true
	})
	return last
}

// No credential and no query may be in an error or a log, whoever repeats it.
func TestErrorsShowNoSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		echo := func(r *http.Request) (*http.Response, error) {
			user, password, _ := r.BasicAuth()
			return says(503, "application/json", `{"code":1,"message":"`+r.URL.String()+` `+user+` `+password+`\u0000\n"}`,
				"Twilio-Request-Id", r.Header.Get("Authorization"))(r)
		}
		for _, a := range []answer{echo, breaks(errors.New("oops")), says(500, `text/html; x="`+credentials.Password+`"`, credentials.Password)} {
			s := &script{answers: []answer{servicesPage(`https://conversations.twilio.com/v1/Services?PageToken=PTsecret`, 1), a}}
			c := newClient(t, twiliosrc.ClientOptions{
				Transport: s, Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			})
			text := failure(t, c.Services(t.Context())).Error() + log.String()
			for _, secret := range []string{credentials.Password, "PTsecret", "PageSize", "Basic", "\x00"} {
				if strings.Contains(text, secret) {
					t.Fatalf("%q is shown in %s", secret, text)
				}
			}
		}
		for _, told := range []string{"twilio answered", "twilio did not answer"} {
			if !strings.Contains(log.String(), `msg="`+told+`" path=/v1/Services`) {
				t.Errorf("the log does not tell that %s", told)
			}
		}
	})
}

func TestPages(t *testing.T) {
	const base = "https://conversations.twilio.com/v1/Services"
	const again = "/v1/Services?PageSize=100" // until nothing new is found
	for _, tt := range []struct {
		name    string
		answers []answer
		want    []int
		targets []string // of the requests after the first
		text    string   // in the error, empty for success
	}{
		{"short and empty pages", []answer{
			servicesPage(base+"?PageToken=PT1", 1), servicesPage(base + "?PageToken=PT2"), servicesPage("", 2),
		}, []int{1, 2}, []string{"/v1/Services?PageToken=PT1", "/v1/Services?PageToken=PT2", again}, ""},
		{"queries byte for byte", []answer{
			servicesPage(base+"?PageToken=PT.42%3d+~&a=%zz&Page=", 1), servicesPage("", 2),
		}, []int{1, 2}, []string{"/v1/Services?PageToken=PT.42%3d+~&a=%zz&Page=", again}, ""},
		{"pages that shift", []answer{
			servicesPage(base+"?PageToken=PT1", 1, 2, 3), servicesPage("", 3, 4),
		}, []int{1, 2, 3, 4}, []string{"/v1/Services?PageToken=PT1", again}, ""},
		{"pages that hide an item", []answer{
			servicesPage(base+"?PageToken=PT1", 1, 2), servicesPage("", 4), servicesPage(base+"?PageToken=PT2", 1, 3), servicesPage("", 4),
			servicesPage("", 1, 3, 4),
		}, []int{1, 2, 4, 3}, []string{"/v1/Services?PageToken=PT1", again, "/v1/Services?PageToken=PT2", again}, ""},
		{"another host", []answer{servicesPage("https://evil.example/v1/Services?PageToken=PT1", 1)}, []int{1}, nil, "evil.example"},
		{"another port", []answer{servicesPage("https://conversations.twilio.com:8443/v1/Services", 1)}, []int{1}, nil, "8443"},
		{"plain http", []answer{servicesPage("http://conversations.twilio.com/v1/Services?PageToken=PT1", 1)}, []int{1}, nil, "next page"},
		{"credentials", []answer{servicesPage("https://a:b@conversations.twilio.com/v1/Services?PageToken=PT1", 1)}, []int{1}, nil, "next page"},
		{"another API", []answer{servicesPage("https://conversations.twilio.com/v2/Services", 1)}, []int{1}, nil, "next page"},
		{"itself", []answer{servicesPage(base+"?PageSize=100", 1)}, []int{1}, nil, "the page itself"},
		{"no URL", []answer{servicesPage("https://[/", 1)}, []int{1}, nil, "cannot be read"},
		{"no meta", []answer{says(200, "application/json", `{"services":[]}`)}, nil, nil, "no meta"},
		{"no list", []answer{says(200, "application/json", `{"meta":{"key":"services"}}`)}, nil, nil, "no list"},
		{"no list but null", []answer{says(200, "application/json", `{"meta":{"key":"services"},"services":null}`)}, nil, nil, "no list"},
		{"no object", []answer{says(200, "application/json", `[]`)}, nil, nil, "no JSON object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &script{answers: tt.answers}
			c := newClient(t, twiliosrc.ClientOptions{Transport: s, MaxAttempts: 1})
			var got []int
			var last error
			for v, err := range c.Services(t.Context()) {
				if last = err; err == nil {
					got = append(got, int(v.SID[len(v.SID)-1]-'0'))
				}
			}
			if !cmp.Equal(got, tt.want) {
				t.Errorf("services %v, want %v", got, tt.want)
			}
			if tt.text == "" && last != nil || tt.text != "" && (last == nil || !strings.Contains(last.Error(), tt.text)) {
				t.Errorf("error %v, want one that tells of %q", last, tt.text)
			}
			var targets []string
			for _, r := range s.asked[1:] {
				targets = append(targets, r.URL.RequestURI())
			}
			if !cmp.Equal(targets, tt.targets) {
				t.Errorf("asked for %q, want %q", targets, tt.targets)
			}
		})
	}
}

// One item that cannot be read damages itself, and says where it stands.
func TestDamagedItems(t *testing.T) {
	is, path := snapshottest.SID("IS", 1), "/v1/Services/"+snapshottest.SID("IS", 1)+"/Conversations"
	conversations := says(200, "application/json", `{"meta":{"key":"conversations","next_page_url":null},"conversations":[
		{"sid":"`+ch1+`","friendly_name":7},
		{"sid":"`+ch2+`","unknown":{"kept": true}},
		{"sid":"CH1"},
		"rubbish",
		{"sid":"`+ch3+`","date_created":"never"}]}`)
	for _, skip := range []bool{false, true} {
		s := &script{answers: []answer{servicesPage("", 1), conversations}}
		c := newClient(t, twiliosrc.ClientOptions{Transport: s, SkipDamaged: skip})
		got, damage := collect(t, c.Conversations(t.Context()))
		if len(got) != 2 || string(got[0].SID) != ch2 || string(got[1].SID) != ch3 || string(got[0].ServiceSID) != is ||
			string(got[0].Raw) != `{"sid":"`+ch2+`","unknown":{"kept":true}}` {
			t.Errorf("conversations %+v", got)
		}
		places := map[string]string{}
		for _, d := range damage {
			places[d.Place] = string(d.Conversation)
		}
		want := map[string]string{path + "/" + ch1: ch1, path + ", item 3 of a page": "", path + ", item 4 of a page": ""}
		if skip {
			want = map[string]string{}
		}
		if !cmp.Equal(places, want) {
			t.Errorf("damage %v, want %v", places, want)
		}
		if want := int64(3 - len(want)); c.Skipped() != want {
			t.Errorf("skipped %d, want %d", c.Skipped(), want)
		}
	}
}

// A service that cannot be read hides its conversations: that is no damage of
// one item.
func TestDamagedService(t *testing.T) {
	s := &script{answers: []answer{says(200, "application/json", `{"meta":{"key":"services"},"services":[{"sid":7}]}`)}}
	err := end(newClient(t, twiliosrc.ClientOptions{Transport: s}).Conversations(t.Context()))
	if err == nil || errors.As(err, new(*mapping.DamagedError)) {
		t.Errorf("Conversations: %v, want an error that ends the listing", err)
	}
}

func TestMessagesOutOfOrder(t *testing.T) {
	message := func(n, index string) string {
		return `{"sid":"IM` + strings.Repeat(n, 32) + `","conversation_sid":"` + ch1 + `","index":` + index + `}`
	}
	s := &script{answers: []answer{says(200, "application/json", `{"meta":{"key":"messages"},"messages":[`+
		message("a", "0")+`,`+message("b", "2")+`,`+message("c", "1")+`,`+message("d", "3")+`]}`)}}
	c := newClient(t, twiliosrc.ClientOptions{Transport: s})
	conv := mapping.Conversation{SID: mapping.ConversationSID(ch1), ServiceSID: mapping.ServiceSID(snapshottest.SID("IS", 0))}
	for _, after := range []int64{-1, 100} { // 100 asks for the tail first, which will not do
		_, damage := collect(t, c.Messages(t.Context(), conv, after))
		if len(damage) != 1 || !strings.HasSuffix(damage[0].Place, "IM"+strings.Repeat("c", 32)) || damage[0].Conversation != conv.SID {
			t.Errorf("after %d: damage %v, want that of the third message", after, damage)
		}
	}
}

func TestOutageOutlastsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []answer{says(503, "text/html", "<html>busy</html>", "Retry-After", "1")}}
		c := newClient(t, twiliosrc.ClientOptions{Transport: s, MaxAttempts: 4})
		err := failure(t, c.Services(t.Context()))
		var api *twiliosrc.APIError
		if !errors.As(err, &api) || !api.Temporary() || api.Unauthorized() || api.ContentType != "text/html" || len(s.asked) != 4 {
			t.Errorf("Services: %v after %d attempts", err, len(s.asked))
		}
		if errors.Is(err, fs.ErrNotExist) || !errors.Is(&twiliosrc.APIError{Status: 404}, fs.ErrNotExist) {
			t.Error("404 and nothing else is fs.ErrNotExist")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		if err := failure(t, c.Services(ctx)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Services: %v, want the end of the context while waiting", err)
		}
	})
}

// No more requests are on their way at once than the options allow.
func TestConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now, most := 0, 0
		s := answers(func(r *http.Request) (*http.Response, error) {
			now++
			most = max(most, now)
			time.Sleep(time.Second)
			now--
			return servicesPage("", 1)(r)
		})
		c := newClient(t, twiliosrc.ClientOptions{Transport: s, Concurrency: 1})
		done := make(chan error)
		for range 20 {
			go func() { done <- end(c.Services(t.Context())) }()
		}
		for range 20 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if most != 1 {
			t.Errorf("%d requests at once, want 1", most)
		}
	})
}

// The number of requests at once rises while Twilio takes them, and falls when
// it does not.
func TestConcurrencyAdapts(t *testing.T) {
	for _, tt := range []struct {
		name        string
		limit       int // of Twilio
		account     string
		least, most int // requests at once
	}{
		{"no limit", 1000, "", 20, 20},
		{"throttled", 12, "", 9, 20},
		{"throttled always", 1, "", 1, 8},
		{"an account in use", 1000, "95", 8, 8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				now, most, refused := 0, 0, 0
				s := answers(func(r *http.Request) (*http.Response, error) {
					mu.Lock()
					now++
					most = max(most, now)
					over := now > tt.limit
					if over {
						refused++
					}
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					now--
					mu.Unlock()
					if over {
						return says(429, "application/json", `{"code":20429}`)(r)
					}
					return says(200, "application/json", `{"meta":{"key":"services"},"services":[]}`, "Twilio-Concurrent-Requests", tt.account)(r)
				})
				c := newClient(t, twiliosrc.ClientOptions{Transport: s, Concurrency: 20, MaxAttempts: 100})
				done := make(chan error)
				for range 60 {
					go func() {
						var err error
						for range 20 {
							err = errors.Join(err, end(c.Services(t.Context())))
						}
						done <- err
					}()
				}
				for range 60 {
					if err := <-done; err != nil {
						t.Error(err)
					}
				}
				if most < tt.least || most > tt.most || refused > 150 {
					t.Errorf("up to %d requests at once, want %d to %d; %d of 1200 refused", most, tt.least, tt.most, refused)
				}
			})
		})
	}
}

// answers is a transport without a memory.
type answers answer

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

// Whoever stops reading a listing leaves nothing behind: what goes on would keep the
// bubble from ending.
func TestListingsCanBeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := "https://conversations.twilio.com/v1/Services?PageSize=100&PageToken=PT2"
		asked := &script{answers: []answer{servicesPage(next, 1, 2, 3), servicesPage("", 4)}}
		for _, err := range newClient(t, twiliosrc.ClientOptions{Transport: asked}).Services(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		messages := &movingList{indexes: upTo(450)}
		c := mapping.Conversation{SID: mapping.ConversationSID(ch1), ServiceSID: mapping.ServiceSID(snapshottest.SID("IS", 1))}
		for _, err := range newClient(t, twiliosrc.ClientOptions{Transport: messages}).Messages(t.Context(), c, -1) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		if len(asked.asked) != 1 || messages.requests != 1 {
			t.Errorf("%d and %d requests for the first items of two lists", len(asked.asked), messages.requests)
		}
	})
}
