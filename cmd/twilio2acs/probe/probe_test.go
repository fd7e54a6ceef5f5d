package probe_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/probe"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// world is an embedded ACS under the published limits, which counts what is there.
type world struct {
	t        *testing.T
	server   *emulator.Server
	resource probe.Resource
	note     string

	mu      sync.Mutex
	refused int // calls with 429
}

func newWorld(t *testing.T, opts emulator.Options) *world {
	t.Helper()
	w := &world{t: t, note: filepath.Join(t.TempDir(), "note")}
	opts.Limits = true
	opts.OnRequest = func(e emulator.Event) {
		if e.Phase == emulator.Answering && e.Status == http.StatusTooManyRequests && e.Operation != limits.SendTyping {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.refused++
		}
	}
	var err error
	if w.server, err = emulator.Open(t.TempDir(), &opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.server.Close() })
	key, err := acsdest.ParseAccessKey(w.server.AccessKey())
	if err != nil {
		t.Fatal(err)
	}
	conn := acsdest.Connection{Endpoint: "https://acs.example.com", AccessKey: key}
	hasty := &acsdest.ClientOptions{Transport: &http.Client{Transport: w.server.Transport()}}
	paced := *hasty
	paced.Gate = migrate.NewScheduler(migrate.ScheduleOptions{}, nil)
	if w.resource.Identity, err = acsdest.NewIdentity(conn, &paced); err != nil {
		t.Fatal(err)
	}
	tokens := acsdest.NewTokens(w.resource.Identity, nil)
	if w.resource.Chat, err = acsdest.NewChat(conn.Endpoint, tokens, &paced); err != nil {
		t.Fatal(err)
	}
	if w.resource.Hasty, err = acsdest.NewChat(conn.Endpoint, tokens, hasty); err != nil {
		t.Fatal(err)
	}
	return w
}

// outcome is what a probe came to.
type outcome struct {
	texts     map[string]string
	settings  map[string]string // without those that are as published
	surprises string
}

// ask asks every question, and has everything deleted again.
func (w *world) ask(opts *probe.Options) outcome {
	w.t.Helper()
	p, err := probe.Open(w.t.Context(), w.resource, w.note, opts)
	if err != nil {
		w.t.Fatal(err)
	}
	o := outcome{texts: map[string]string{}, settings: map[string]string{}}
	for _, q := range p.Questions() {
		answer, err := q.Ask(w.t.Context())
		var s *probe.Surprise
		if errors.As(err, &s) {
			o.surprises += s.What + "\n"
			if s.Hint() == "" {
				w.t.Errorf("%s: %v has no remedy", q.Name, err)
			}
		} else if err != nil {
			w.t.Errorf("%s: %v", q.Name, err)
		}
		o.texts[q.Name] = answer.Text
		for _, s := range answer.Settings {
			if s.Value != "" {
				o.settings[s.Flag] = s.Value
			}
		}
	}
	if err := p.Close(w.t.Context()); err != nil {
		w.t.Errorf("Close: %v", err)
	}
	w.nothingLeft()
	if w.refused > 0 {
		w.t.Errorf("%d calls were above the limits", w.refused)
	}
	return o
}

// nothingLeft fails unless everything that was created is deleted.
func (w *world) nothingLeft() {
	w.t.Helper()
	if _, err := os.Stat(w.note); !errors.Is(err, os.ErrNotExist) {
		w.t.Errorf("the note: %v, want none", err)
	}
	stats, err := w.server.Stats()
	if err != nil {
		w.t.Fatal(err)
	}
	if threads, err := w.server.Dump(nil); err != nil || len(threads) > 0 {
		w.t.Errorf("%d threads are left, %v", len(threads), err)
	}
	if made, gone := stats.Calls[limits.CreateIdentity], stats.Calls[limits.DeleteIdentity]; made != gone {
		w.t.Errorf("%d users created, %d deleted", made, gone)
	}
}

// asRecorded are the answers of an embedded ACS without any switch thrown.
func asRecorded() map[string]string {
	return map[string]string{
		"message-limit": "28672", "message-measure": "utf16", "message-counts": "message", "too-large": "400",
		"foreign-thread": "403", "former-member": "403", "page-size": "10", "retry-after": "false",
	}
}

// Each switch of the embedded ACS is found out.
func TestQuestions(t *testing.T) {
	for _, tt := range []struct {
		name     string
		acs      emulator.Options
		change   map[string]string // of what is recorded; empty values are not there
		surprise string
	}{
		{"as recorded", emulator.Options{}, nil, ""},
		{"UTF-8", emulator.Options{Sizes: emulator.Sizes{Measure: emulator.MeasureUTF8}}, map[string]string{"message-measure": "utf8"}, ""},
		{"JSON", emulator.Options{Sizes: emulator.Sizes{Measure: emulator.MeasureJSON}}, map[string]string{"message-measure": "json"}, ""},
		{"content alone", emulator.Options{Sizes: emulator.Sizes{ContentOnly: true}}, map[string]string{"message-counts": "content"}, ""},
		{"larger messages", emulator.Options{Sizes: emulator.Sizes{Message: 100_000}}, map[string]string{"message-limit": "99968"}, ""},
		{"no limit in sight", emulator.Options{Sizes: emulator.Sizes{Message: 1 << 20}},
			map[string]string{"message-limit": "", "message-measure": "", "message-counts": "", "too-large": ""}, ""},
		{"small messages", emulator.Options{Sizes: emulator.Sizes{Message: 4 << 10, Measure: emulator.MeasureUTF8}},
			map[string]string{"message-limit": "4096", "message-measure": "utf8"}, "a message may have 4096 bytes, which is less than"},
		{"413", emulator.Options{Sizes: emulator.Sizes{Status: 413}}, map[string]string{"too-large": "413"}, ""},
		{"less metadata", emulator.Options{Sizes: emulator.Sizes{MessageMetadata: 5000}}, map[string]string{"message-metadata-limit": "4992"}, ""},
		{"hardly any metadata", emulator.Options{Sizes: emulator.Sizes{MessageMetadata: 1000}}, nil, "metadata of more than 960 bytes is not kept"},
		{"less metadata of threads", emulator.Options{Sizes: emulator.Sizes{ThreadMetadata: 700}}, map[string]string{"thread-metadata-limit": "640"}, ""},
		{"hardly any metadata of threads", emulator.Options{Sizes: emulator.Sizes{ThreadMetadata: 100}}, map[string]string{"thread-metadata-limit": "64"}, "a thread keeps 64 bytes of metadata"},
		{"404 to strangers", emulator.Options{ForeignThreadStatus: 404}, map[string]string{"foreign-thread": "404"}, ""},
		{"404 to former members", emulator.Options{FormerMemberStatus: 404}, map[string]string{"former-member": "404"}, ""},
		{"pages of 6", emulator.Options{PageSize: 6}, map[string]string{"page-size": "6"}, ""},
		{"large pages", emulator.Options{PageSize: 100}, map[string]string{"page-size": ""}, ""},
		{"Retry-After", emulator.Options{RetryAfter: true}, map[string]string{"retry-after": "true"}, ""},
		{"keys that are forgotten", emulator.Options{KeyLife: 5 * time.Second}, map[string]string{"key-life": "1ms"}, "old is forgotten"},
		{"texts are trimmed", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkTrim}}, nil, "the text of a message does not come back"},
		{"texts are escaped", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkEscape}}, map[string]string{"message-limit": "14336", "message-measure": "json"}, "the text of a message does not come back"},
		{"texts are cut", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkCut}}, map[string]string{"message-limit": "8192", "message-measure": "utf8", "message-counts": "content", "too-large": ""}, "a message of more than 8192 bytes is cut"},
		{"one key is kept", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkMetadata}}, nil, "metadata with 13 keys is not kept"},
		{"lists are late", emulator.Options{ListDelay: time.Hour}, map[string]string{"page-size": ""}, "a list has none of the messages"},
		{"other envelopes", emulator.Options{Envelope: emulator.EnvelopeLegacy}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := newWorld(t, tt.acs).ask(nil)
				want := asRecorded()
				for flag, value := range tt.change {
					if want[flag] = value; value == "" {
						delete(want, flag)
					}
				}
				if diff := cmp.Diff(want, got.settings); diff != "" {
					t.Errorf("settings: -want +got:\n%s", diff)
				}
				if (got.surprises == "") != (tt.surprise == "") || !strings.Contains(got.surprises, tt.surprise) {
					t.Errorf("surprises: %q, want %q", got.surprises, tt.surprise)
				}
			})
		})
	}
}

// The age of a key is waited for, and what it comes to is what a run may trust.
func TestKeyAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := newWorld(t, emulator.Options{}).ask(&probe.Options{KeyAge: 10 * time.Minute})
		if got.settings["key-life"] != "10m0s" || got.texts["key lifetime"] != "10m0s and more" {
			t.Errorf("key lifetime %q, key-life %q", got.texts["key lifetime"], got.settings["key-life"])
		}
	})
}

// Whenever a probe is interrupted, all of it is deleted.
func TestInterrupted(t *testing.T) {
	for n := range 11 {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, emulator.Options{})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			p, err := probe.Open(ctx, w.resource, w.note, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i, q := range p.Questions() {
				if i == n {
					go cancel()
				}
				if _, err := q.Ask(ctx); err != nil && i < n {
					t.Error(err)
				}
			}
			if err := p.Close(context.WithoutCancel(ctx)); err != nil {
				t.Errorf("Close: %v", err)
			}
			w.nothingLeft()
		})
	}
}

// What cannot be deleted stays noted, with who is needed for it, and the next probe
// deletes it.
func TestLeftovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{Faults: []emulator.Fault{{Status: 503, Operation: limits.DeleteIdentity, Times: 1}, {Drop: true, Operation: limits.DeleteThread, Times: 1}}})
		p, err := probe.Open(t.Context(), w.resource, w.note, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Questions()[0].Ask(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := p.Close(t.Context()); err == nil || !strings.Contains(err.Error(), "delete 19:") {
			t.Errorf("Close: %v, want what is still there", err)
		}
		note, err := os.ReadFile(w.note)
		if err != nil || strings.Count(string(note), "\n") != 3 {
			t.Errorf("the note: %v\n%s", err, note)
		}
		if err := os.WriteFile(w.note, append(note, `{"user":`...), 0o600); err != nil { // as a kill leaves it
			t.Fatal(err)
		}
		w.ask(nil)
	})
}
