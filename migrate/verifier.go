package migrate

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// verifier compares an account with what stands for it.
type verifier struct {
	*threads
	src    Twilio
	store  MediaStore
	rules  mapping.Rules
	opts   VerifyOptions
	dir    *directory
	census *census
	number int // of this verification; 0 when nothing is kept

	report      collector
	differences differences
	mu          sync.Mutex
	foreign     int64
	resumed     int64
	people      Tally
	services    map[mapping.ServiceSID]*ServiceSummary
}

func (v *verifier) run(ctx context.Context) error {
	if err := v.begin(); err != nil {
		return ledgerFailure(err)
	}
	var err error
	if v.src, v.rules, err = decide(v.src, v.ledger, v.rules); err != nil {
		return err
	}
	if v.dir, err = readDirectory(ctx, v.src); err != nil {
		return err
	}
	for _, d := range v.dir.damaged {
		v.report.damaged(d, users)
	}
	return eachConversation(ctx, v.src.Conversations, verifyThreads, &v.report, v.conversation)
}

// begin opens the verification in the ledger, or goes on with an interrupted one.
func (v *verifier) begin() (err error) {
	if v.opts.Recorder == nil {
		return nil
	}
	if v.opts.Resume {
		last, found, err := v.ledger.LastVerification()
		if err != nil {
			return err
		}
		if found && last.Ended.IsZero() {
			v.number = last.Number
			return nil
		}
		v.opts.Resume = false // nothing to go on with
	}
	v.number, err = v.opts.Recorder.BeginVerification(time.Now())
	return err
}

// conversation verifies one. Only what makes the rest pointless is an error.
func (v *verifier) conversation(ctx context.Context, c mapping.Conversation) error {
	v.census.addConversation(c.SID)
	t := &verified{
		verifier: v, c: c, wrong: make(map[mapping.ParticipantSID]bool),
		users: make(map[mapping.PersonKey]mapping.CommunicationUserID),
	}
	err := t.run(ctx)
	if err != nil && (stops(err) || ctx.Err() != nil) {
		return err
	}
	var problems []Problem
	if err != nil {
		t.sum.Conversations = Tally{Total: 1, Failed: 1}
		problems = append(problems, Problem{Item: string(c.SID), Status: mapping.StatusFailed, Reason: err.Error()})
	}
	v.report.conversation(t.sum, lossTally{}, problems...)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.foreign += t.foreign
	if t.resumed {
		v.resumed++
	}
	of := v.service(c.ServiceSID)
	of.add(t.sum)
	of.LeftOut, of.Within = of.LeftOut.Plus(t.leftOut), of.Within.Plus(t.within)
	of.Unselected = of.Unselected.Plus(t.unselected)
	return nil
}

// service is the sum of a service. The caller holds the lock.
func (v *verifier) service(sid mapping.ServiceSID) *ServiceSummary {
	if v.services[sid] == nil {
		v.services[sid] = &ServiceSummary{Service: sid}
	}
	return v.services[sid]
}

// finish draws the result up. Complete says that every thread has been read.
func (v *verifier) finish(complete bool) (*Verification, error) {
	r := v.report.finish()
	out := &Verification{
		Number: v.number, Summary: r.Summary, Problems: r.Problems, MoreProblems: r.MoreProblems, Foreign: v.foreign, Resumed: v.resumed,
	}
	out.Differences, out.MoreDifferences = v.differences.sorted()
	last, _, err := v.ledger.LastRun()
	if err != nil {
		return out, ledgerFailure(err)
	}
	out.Run = last.Number
	if err := v.countUsers(); err != nil {
		return out, err
	}
	out.Summary.Users.add(v.people)
	for _, sid := range slices.Sorted(maps.Keys(v.services)) {
		out.Services = append(out.Services, *v.services[sid])
	}
	if !complete {
		return out, nil
	}
	if out.Unlisted, err = v.unlisted(); err != nil || v.number == 0 {
		return out, err
	}
	if out.Digest, err = runDigest(v.ledger, v.number); err != nil {
		return out, err
	}
	return out, ledgerFailure(v.opts.Recorder.EndVerification(v.number, out.Digest, time.Now()))
}

// unlisted counts threads whose conversations the source has not listed.
func (v *verifier) unlisted() (n int64, err error) {
	if v.opts.Selected || v.report.anyDamage() {
		return 0, nil
	}
	for rec, err := range v.ledger.Threads() {
		if err != nil {
			return n, ledgerFailure(err)
		}
		if rec.Thread != "" && !v.census.hasConversation(rec.Conversation) {
			n++
		}
	}
	return n, nil
}

// countUsers counts those who are in no conversation, and those who are only in
// conversations that were not read again.
func (v *verifier) countUsers() error {
	if v.dir == nil {
		return nil
	}
	for key := range v.dir.everybody(Options{Selected: v.opts.Selected}, v.rules.People) {
		if _, err := v.person(key); err != nil {
			return err
		}
	}
	if v.resumed == 0 {
		return nil
	}
	for rec, err := range v.ledger.Persons() {
		if err != nil {
			return ledgerFailure(err)
		}
		if _, err := v.person(rec.Key); err != nil {
			return err
		}
	}
	return nil
}

// person is the communication user of key, empty when there is none yet. Each
// is counted once.
func (v *verifier) person(key mapping.PersonKey) (mapping.CommunicationUserID, error) {
	rec, _, err := v.ledger.Person(key)
	if err == nil {
		v.count(key, rec.ID)
	}
	return rec.ID, ledgerFailure(err)
}

// count counts a person who is needed, once.
func (v *verifier) count(key mapping.PersonKey, id mapping.CommunicationUserID) {
	if !v.census.add(key) {
		return
	}
	t := Tally{Total: 1, Unchanged: 1}
	if id == "" {
		t = Tally{Total: 1, Pending: 1}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.people.add(t)
	v.service(key.Service).add(Summary{Users: t})
}
