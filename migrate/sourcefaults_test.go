package migrate_test

import (
	"context"
	"sync"
	"testing"
	"time"

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

func newAccount(t *testing.T, snapshot string, faults ...fixtureserver.Fault) *account {
	t.Helper()
	snap, err := twiliosrc.OpenSnapshot(t.Context(), snapshotDir(snapshot), nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &account{t: t}
	a.server = fixtureserver.New(snap, &fixtureserver.Options{Faults: faults, Seed: 1, OnRequest: func(r fixtureserver.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.requests = append(a.requests, r)
	}})
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
		&twiliosrc.ClientOptions{BaseURL: a.at.URL, MCSURL: a.at.MCSURL, Concurrency: ceiling})
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

// migrated is what a run from the account makes of it. A run that does not
// finish is followed by another one, as people are told to do.
func (a *account) migrated() (threads string, reports []*migrate.Report) {
	a.t.Helper()
	w := newWorld(a.t, "", nil)
	for len(reports) < 2 {
		l := w.ledger()
		report, err := migrate.New(a.client(), w.destination(nil), l, w.store, w.rules, &w.opts).Run(a.t.Context())
		if err != nil {
			a.t.Fatalf("Run: %v", err)
		}
		if err := l.Close(); err != nil {
			a.t.Fatal(err)
		}
		if reports = append(reports, report); !report.Summary.Incomplete() {
			break
		}
	}
	return w.threads(), reports
}

// struck is how many requests a fault has struck. What happens between pages
// strikes none.
func (a *account) struck() (n int) {
	for _, r := range a.requests {
		if r.Fault != "" {
			n++
		}
	}
	return n
}

// check reads the log for what no run may send, whatever happens to it.
func (a *account) check() {
	a.t.Helper()
	for _, r := range a.requests {
		if err := r.Misbehaviour(); err != nil {
			a.t.Error(err)
		}
		if r.Concurrent > ceiling {
			a.t.Errorf("%d requests at once, want at most %d", r.Concurrent, ceiling)
		}
	}
}

// answerFaults strike single answers of Twilio, of its Media Content Service
// and of the storage behind it. Runs is how many it takes to finish.
var answerFaults = []struct {
	text string
	runs int
}{
	{"429,times=3", 1},
	{"429,times=3,on=media", 1},
	{"429,times=2,retry-after=1s", 1},
	{"429,p=0.05", 1},
	{"503,times=2", 1},
	{"503,times=2,on=files", 1},
	{"503-empty,times=3,on=messages", 1},
	{"reset,skip=1,times=3", 1},
	{"reset,times=2,on=messages", 1},
	{"slow,delay=30ms,p=0.3", 1},
	{"expired,times=2", 1},
	{"reset,times=1,on=files", 2},
	{"truncated,times=1", 2},
	{"shortened,times=1", 2},
	{"short,items=3", 1},
	{"short,items=1,on=messages", 1},
	{"empty", 1},
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
	for _, tt := range answerFaults {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			f := fault(t, tt.text)
			a := newAccount(t, name, f)
			got, reports := a.migrated()
			if d := firstDifference(got, want); d != "" {
				t.Errorf("threads differ from those of an undisturbed run: %s", d)
			}
			switch first, last := reports[0], reports[len(reports)-1]; {
			case len(reports) > tt.runs || last.Summary.Incomplete():
				t.Errorf("%d runs, want %d; problems %v", len(reports), tt.runs, first.Problems)
			case len(reports) == 1 && first.Summary != summary:
				t.Errorf("summary %+v, want %+v", first.Summary, summary)
			}
			if a.struck() == 0 && f.Resource != "" && f.Items == 0 && f.Times > 0 {
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
	before, _ := newAccount(t, "tiny").migrated()
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
				a := newAccount(t, "tiny", f, fault(t, "short,items=2,on=messages"))
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
	want, _ := newAccount(t, "tiny").migrated()
	a := newAccount(t, "tiny", fixtureserver.Fault{Mode: fixtureserver.FaultSlow, Delay: 5 * time.Millisecond})
	got, _ := a.migrated()
	if d := firstDifference(got, want); d != "" {
		t.Errorf("threads differ: %s", d)
	}
	a.check()
}
