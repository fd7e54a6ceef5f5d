package migrate_test

import (
	"cmp"
	"context"
	"sync"
	"testing"

	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// ceiling is how many requests may be in progress at once in these tests.
const ceiling = 6

// account is a Twilio account made of a snapshot, whose answers go wrong. It
// remembers every request.
type account struct {
	t      *testing.T
	server *fixtureserver.Server
	at     fixtureserver.Endpoints

	mu       sync.Mutex
	requests []fixtureserver.Request
}

func newAccount(t *testing.T, snapshot string, opts *fixtureserver.Options) *account {
	t.Helper()
	return newAccountIn(t, snapshotDir(snapshot), opts)
}

// newAccountIn is one made of the snapshot in dir.
func newAccountIn(t *testing.T, dir string, opts *fixtureserver.Options) *account {
	t.Helper()
	snap, err := twiliosrc.OpenSnapshot(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &account{t: t}
	o := *cmp.Or(opts, &fixtureserver.Options{})
	o.OnRequest = func(r fixtureserver.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.requests = append(a.requests, r)
	}
	a.server = fixtureserver.New(snap, &o)
	if a.at, err = a.server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.server.Close(); snap.Close() })
	return a
}

func (a *account) client() migrate.Twilio {
	a.t.Helper()
	c, err := twiliosrc.NewClient(
		twiliosrc.Credentials{AccountSID: "AC00000000000000000000000000000000", Username: "SK00000000000000000000000000000000", Password: "secret"},
		&twiliosrc.ClientOptions{Webhooks: true, BaseURL: a.at.URL, MCSURL: a.at.MCSURL, Concurrency: ceiling})
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

// migrated is what one run from the account makes of it.
func (a *account) migrated() (threads string, report *migrate.Report) {
	a.t.Helper()
	w := newWorld(a.t, "", nil)
	l := w.ledger()
	report, err := migrate.New(a.client(), w.destination(nil), l, w.store, w.rules, &w.opts).Run(a.t.Context())
	if err != nil {
		a.t.Fatalf("Run: %v", err)
	}
	if err := l.Close(); err != nil {
		a.t.Fatal(err)
	}
	return w.threads(), report
}

// log is what has been asked so far.
func (a *account) log() []fixtureserver.Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests
}

// struck is how many requests a fault has struck. What happens between pages
// strikes none.
func (a *account) struck() (n int) {
	for _, r := range a.log() {
		if r.Fault != "" {
			n++
		}
	}
	return n
}

// check reads the log for what no run may send, whatever happens to it.
func (a *account) check() {
	a.t.Helper()
	for _, r := range a.log() {
		if err := r.Misbehaviour(); err != nil {
			a.t.Error(err)
		}
		if r.Concurrent > ceiling {
			a.t.Errorf("%d requests at once, want at most %d", r.Concurrent, ceiling)
		}
	}
}

// answerFaults strike single answers of Twilio, of its Media Content Service
// and of the storage behind it.
var answerFaults = []string{
	"429,times=3",
	"429,times=3,on=media",
	"429,times=2,retry-after=1s",
	"429,p=0.05",
	"503,times=2",
	"503,times=2,on=files",
	"503-empty,times=3,on=messages",
	"reset,skip=1,times=3",
	"reset,times=2,on=messages",
	"slow,delay=30ms,p=0.3",
	"expired,times=2",
	"reset,times=2,on=files",
	"truncated,times=2",
	"shortened,times=1",
	"short,items=3",
	"short,items=1,on=messages",
	"empty",
}

// A run from an account whose answers go wrong makes the same threads as one
// from an account whose answers do not.
func TestRunSurvivesEachFaultOfTheSource(t *testing.T) {
	name := "contoso"
	if testing.Short() {
		name = "tiny"
	}
	direct := newWorld(t, snapshotDir(name), nil)
	summary := direct.mustRun().Summary
	want := direct.threads()
	for _, text := range answerFaults {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			f := fault(t, text)
			a := newAccount(t, name, &fixtureserver.Options{Seed: 1, Faults: []fixtureserver.Fault{f}})
			got, report := a.migrated()
			if report.Summary != summary {
				t.Errorf("summary %+v, want %+v; problems %v", report.Summary, summary, report.Problems)
			}
			if d := firstDifference(got, want); d != "" {
				t.Errorf("threads differ from those of an undisturbed run: %s", d)
			}
			if a.struck() == 0 && f.Times > 0 {
				t.Error("the fault struck nothing")
			}
			a.check()
		})
	}
}

// listFaults change one list while it is read in pages of a few.
var listFaults = []string{
	"insert", "insert,tokens=offset",
	"edit", "edit,tokens=offset",
	"delete", "delete,tokens=offset",
}

// occasions is how often one run comes to a page of tiny's messages, two on
// each, behind which there is another one.
const occasions = 16

// What changes between two pages is found either as it was or as it is, once,
// and hides nothing else.
func TestRunSurvivesChangesBetweenPages(t *testing.T) {
	before, _ := newAccount(t, "tiny", nil).migrated()
	step := 3
	if testing.Short() {
		step = 8
	}
	for _, text := range listFaults {
		for k := 0; k < occasions; k += step {
			f := fault(t, text)
			f.Skip, f.Times = k, 1
			t.Run(f.String(), func(t *testing.T) {
				t.Parallel()
				a := newAccount(t, "tiny", &fixtureserver.Options{Faults: []fixtureserver.Fault{f, fault(t, "short,items=2,on=messages")}})
				got, _ := a.migrated()
				a.check()
				if d := firstDifference(got, before); d != "" {
					if after, _ := a.migrated(); got != after { // by now nothing changes any more
						t.Errorf("threads differ from those before the change, and from those after it: %s", d)
					}
				}
			})
		}
	}
}

func fault(t *testing.T, text string) fixtureserver.Fault {
	t.Helper()
	f, err := fixtureserver.ParseFault(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A limit of Twilio on requests in progress slows a run down and changes nothing.
func TestRunMeetsTheConcurrencyLimit(t *testing.T) {
	want, _ := newAccount(t, "tiny", nil).migrated()
	a := newAccount(t, "tiny", &fixtureserver.Options{MaxConcurrent: 2, Faults: []fixtureserver.Fault{fault(t, "slow,delay=5ms")}})
	got, _ := a.migrated()
	if d := firstDifference(got, want); d != "" {
		t.Errorf("threads differ: %s", d)
	}
	a.check()
}
