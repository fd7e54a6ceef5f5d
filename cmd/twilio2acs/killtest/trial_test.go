package killtest_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// settle is what runs are given as --settle: how long an outcome stays open.
const settle = 300 * time.Millisecond

// hangs is how long a run may take before it counts as hanging.
const hangs = 5 * time.Minute

// A trial is one migration whose runs are killed again and again.
type trial struct {
	t       *testing.T
	mode    mode
	dir     string
	program program
	server  *acs
	twilio  *service // nil unless the source is live
	proxy   *proxy
	rules   mapping.Rules
	chance  *rand.Rand
	account *account // nil where the snapshot is bundled
	people  *people  // nil: nobody
	journal *journal
	runs    int // so far
	killed  int
	work    int // about how many requests are left that change something
}

// newTrial sets everything up. Its directory stays if the trial fails.
func newTrial(t *testing.T, p program, m mode, seed, n uint64) *trial {
	t.Helper()
	dir, err := os.MkdirTemp("", "killtest-")
	must(t, err)
	tr := &trial{
		t: t, mode: m, dir: dir, program: p,
		rules:  mapping.Rules{MediaURL: "https://files.example.com/{key}"},
		chance: rand.New(rand.NewPCG(seed, n)),
	}
	tr.journal = newJournal(t, dir, fmt.Sprintf("-seed %d -trial %d", seed, n))
	tr.server, err = startACS(p, tr.path("acs"), m.pace()...)
	must(t, err)
	t.Cleanup(tr.server.stop)
	trouble := &mischief{chance: rand.New(rand.NewPCG(seed, n|1<<32)), kinds: slices.Clone(everyHarm), rate: 0.08}
	if m.crashes {
		trouble.kinds = append(trouble.kinds, crash)
	}
	tr.proxy = newProxy(tr.server, trouble, settle, tr.journal.note)
	ca, err := os.ReadFile(tr.server.ready.CA)
	must(t, err)
	tr.proxy.trust(ca)
	t.Cleanup(tr.proxy.close)
	must(t, os.WriteFile(tr.path("proxy.pem"), tr.proxy.ca(), 0o600))
	if m.people {
		tr.people = newPeople(tr, rand.New(rand.NewPCG(seed, n|2<<32)))
	}
	tr.provide(rand.New(rand.NewPCG(seed, n|3<<32)))
	tr.serveTwilio()
	return tr
}

func (tr *trial) path(elements ...string) string {
	return filepath.Join(append([]string{tr.dir}, elements...)...)
}

// provide puts the snapshot in its place.
func (tr *trial) provide(chance *rand.Rand) {
	tr.t.Helper()
	if tr.mode.bundled != "" {
		from := filepath.Join("..", "..", "..", "testdata", "snapshots", tr.mode.bundled)
		must(tr.t, os.CopyFS(tr.path("source"), os.DirFS(from)))
	} else {
		tr.account = newAccount(chance)
		tr.account.save(tr.t, tr.path("source"))
	}
	for _, w := range tr.wanted().conversations {
		tr.work += 5 + len(w.draft.Members)
		for _, m := range w.messages {
			tr.work += len(m.draft.Parts)
		}
	}
}

// run kills runs, so many at most, and lets one end by itself; then it looks at
// what has become of the account.
func (tr *trial) run(kills int) {
	for tries := 0; tr.killed < kills && tries < 3*kills; tries++ {
		killed := tr.attempt(tr.wire(kills), tr.timer())
		if !killed && !tr.mode.changes {
			break
		}
		tr.between()
	}
	if tr.attempt(nil, 0) {
		tr.t.Fatal("a run was killed by somebody else")
	}
	tr.proxy.mischief.end()
	tr.verify()
	tr.again()
	if tr.people != nil {
		tr.people.check(tr.t)
	}
	tr.proxy.close()
	tr.server.stop()
	tr.check()
}

// wire chooses at which request, and how far that has come, a run is killed.
func (tr *trial) wire(kills int) *tripwire {
	within := 2 * tr.work / (kills + 1)
	if tr.mode.changes && tr.chance.IntN(2) == 0 {
		within = 12 // what a sync has to do
	}
	return &tripwire{
		write: 1 + tr.chance.IntN(max(within, 2)), stage: stage(tr.chance.IntN(3)),
		pause: time.Duration(tr.chance.Int64N(int64(3 * time.Millisecond))),
	}
}

// timer chooses after which time a run is killed at the latest; mostly it is not.
func (tr *trial) timer() time.Duration {
	if tr.chance.IntN(6) > 0 {
		return 0
	}
	return time.Duration(tr.chance.Int64N(int64(1500 * time.Millisecond)))
}

// attempt runs the program until it ends or is killed, and reports whether it was
// killed. Any other end than a good one fails the trial.
func (tr *trial) attempt(wire *tripwire, timer time.Duration) bool {
	tr.t.Helper()
	if tr.people != nil {
		defer tr.people.begin()()
	}
	tr.proxy.begin()
	ps := tr.start("run", tr.runFlags(tr.canary())...)
	number := tr.runs
	if wire != nil {
		end, how := tr.end(ps)
		wire.trip = func() {
			tr.journal.note("run %d %s at write %d, %s", number, how, wire.write, stageNames[wire.stage])
			end()
		}
		tr.proxy.arm(wire)
	}
	if timer > 0 {
		defer time.AfterFunc(timer, func() {
			tr.journal.note("run %d killed after %s", number, timer)
			ps.kill()
		}).Stop()
	}
	code := tr.wait(ps)
	tr.journal.note("run %d ended with %d", number, code)
	switch code {
	case 0:
		return false
	case interrupted:
		tr.proxy.hangUp()
		return true
	case -1:
		tr.killed++
		tr.proxy.hangUp()
		return true
	}
	tr.t.Fatalf("run %d ended with exit code %d:\n%s", tr.runs, code, tr.printed())
	return false
}

// interrupted is the exit code of a run that was interrupted.
const interrupted = 130

// end chooses how a run ends early: it is killed, or, now and then, interrupted.
func (tr *trial) end(ps *process) (end func(), how string) {
	if tr.chance.IntN(6) == 0 {
		return ps.interrupt, "interrupted"
	}
	return ps.kill, "killed"
}

// between lets happen what may happen while no run is going on.
func (tr *trial) between() {
	ledger, err := checkpoint.OpenReader(tr.path("run.db"), nil)
	must(tr.t, err)
	defer ledger.Close()
	if tr.people != nil {
		tr.people.meet(ledger)
	}
	if tr.mode.changes {
		tr.account.learn(tr.t, ledger)
		for _, what := range tr.account.change(tr.mode.people) {
			tr.journal.note("%s", what)
		}
		tr.account.save(tr.t, tr.path("source"))
		tr.serveTwilio()
	}
}

// verify has the program itself compare, as every member.
func (tr *trial) verify() {
	tr.t.Helper()
	if code := tr.wait(tr.start("verify", "--as", "all")); code != 0 {
		tr.t.Errorf("verify ended with exit code %d:\n%s", code, tr.printed())
	}
}

// again runs once more: everything is done, so nothing may be sent.
func (tr *trial) again() {
	tr.t.Helper()
	tr.proxy.begin()
	ps := tr.start("run", tr.runFlags("never")...)
	if code := tr.wait(ps); code != 0 {
		tr.t.Errorf("the run after the last one ended with exit code %d:\n%s", code, tr.printed())
	}
	if n := tr.proxy.written(); n > 0 {
		tr.t.Errorf("the run after the last one made %d requests that change something", n)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
