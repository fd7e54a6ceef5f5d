package killtest_test

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// check reads everything that the server and the media store hold, and compares it
// with the source. The ledger only tells who is who.
func (tr *trial) check() {
	tr.t.Helper()
	want := tr.wanted()
	server, err := emulator.Open(tr.path("acs"), nil)
	must(tr.t, err)
	defer server.Close()
	people := tr.persons()
	names := make(map[string]string)
	for _, p := range people {
		names[string(p.ID)] = personName(p.Key)
	}
	threads, err := server.Dump(func(id string) string { return names[id] })
	must(tr.t, err)
	stats, err := server.Stats()
	must(tr.t, err)

	in := &inspection{changed: tr.mode.changes, people: tr.mode.people}
	in.account(threads, want)
	in.identities(people, want.people, stats.Identities-tr.proxy.removed())
	in.files(want.files, tr.path("media"))
	if !tr.mode.changes && !tr.mode.canary {
		in.once(stats, len(want.conversations))
	}
	if tr.people != nil && in.foreign != tr.people.sent() {
		in.find("%d messages of people, want the %d that they sent", in.foreign, tr.people.sent())
	}
	const most = 30
	for _, problem := range in.found[:min(len(in.found), most)] {
		tr.t.Error(problem)
	}
	if more := len(in.found) - most; more > 0 {
		tr.t.Errorf("and %d more", more)
	}
}

// persons are those that the ledger knows.
func (tr *trial) persons() []mapping.PersonRecord {
	tr.t.Helper()
	ledger, err := checkpoint.OpenReader(tr.path("run.db"), nil)
	must(tr.t, err)
	defer ledger.Close()
	var all []mapping.PersonRecord
	for p, err := range ledger.Persons() {
		must(tr.t, err)
		all = append(all, p)
	}
	return all
}

// once compares what was ever made with what stands there: nothing was made twice
// and deleted again.
func (in *inspection) once(stats emulator.Stats, threads int) {
	if stats.Threads != threads {
		in.find("%d threads were ever created, want %d", stats.Threads, threads)
	}
	if got, want := stats.BillableSends, in.sends+in.foreign; got != want {
		in.find("%d messages were ever sent, want the %d that stand there", got, want)
	}
}

// identities compares those there are with those who are needed. There may be as
// many more as the ledger says that may stand unused.
func (in *inspection) identities(people []mapping.PersonRecord, needed map[string]bool, there int) {
	known, unused := make(map[string]bool), 0
	for _, p := range people {
		unused += p.Unused
		if p.ID == "" || p.Key.Kind == mapping.PersonCanary {
			continue
		}
		known[personName(p.Key)] = true
		if !in.changed && !needed[personName(p.Key)] {
			in.find("an identity for %q, whom nobody needs", personName(p.Key))
		}
	}
	if there > len(known)+unused {
		in.find("%d identities, want at most %d and %d unused", there, len(known), unused)
	}
	for name := range needed {
		if !known[name] && !in.changed {
			in.find("no identity for %q", name)
		}
	}
}

// files compares the files of messages, byte by byte.
func (in *inspection) files(want map[string][]byte, store string) {
	for key, content := range want {
		got, err := os.ReadFile(filepath.Join(store, filepath.FromSlash(key)))
		if err != nil || !bytes.Equal(got, content) {
			in.find("file %s has %d bytes that differ from the %d of the source (%v)", key, len(got), len(content), err)
		}
	}
}
