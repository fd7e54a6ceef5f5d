package migrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// QuickOptions tune a quick verification. The zero value is a sound default.
type QuickOptions struct {
	// Only says which conversations are looked at. Nil is all in the ledger.
	Only func(mapping.ConversationSID) bool
	// Patience is as in VerifyOptions.
	Patience time.Duration
	// Found is as in VerifyOptions.
	Found func(Difference)
}

// VerifyQuick reads every thread that the ledger knows and tells whether it is
// still what the last verification found, by the digest that it kept. It needs
// no source, and writes nothing.
//
// The digest of a thread is taken over three things as they stand in ACS, and a
// difference says which of them has changed:
//
//   - thread: ID, topic, retention, and the metadata whose keys are this program's;
//   - participants: of each member the user ID, display name, metadata as above,
//     and from when on the history is visible;
//   - messages: of each migrated message, in the order of arrival, ID, last
//     change, sender, display name, text, metadata, and whether it is deleted.
//
// So an edit is spotted even when it was undone, while read marks, messages that
// people wrote themselves, and what a run has left to people do not count.
//
// Threads in which a run has been at work since, and those that were never
// verified, are not read but counted as unchecked: only Verify can tell whether
// they are as they should be.
func VerifyQuick(ctx context.Context, acs VerifyACS, ledger VerifyLedger, opts *QuickOptions) (*Verification, error) {
	if opts == nil {
		opts = &QuickOptions{}
	}
	q := &quick{
		threads: newThreads(acs, ledger, cmp.Or(opts.Patience, 10*time.Minute)), opts: *opts,
		differences: differences{found: opts.Found},
	}
	err := q.run(ctx)
	out, ferr := q.finish(err == nil)
	return out, cmp.Or(err, ferr)
}

type quick struct {
	*threads
	opts QuickOptions

	report      collector
	differences differences
	mu          sync.Mutex
	foreign     int64
}

func (q *quick) run(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(verifyThreads)
	var listErr error
	for rec, err := range q.ledger.Threads() {
		if err != nil {
			listErr = ledgerFailure(err)
			break
		}
		if gctx.Err() != nil {
			break
		}
		if q.opts.Only == nil || q.opts.Only(rec.Conversation) {
			g.Go(func() error { return q.conversation(gctx, rec) })
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return cmp.Or(listErr, ctx.Err())
}

// conversation looks at one. Only what makes the rest pointless is an error.
func (q *quick) conversation(ctx context.Context, rec mapping.ThreadRecord) error {
	sum, err := q.compare(ctx, rec)
	if err != nil && (stops(err) || ctx.Err() != nil) {
		return err
	}
	var problems []Problem
	if err != nil {
		sum.Conversations = Tally{Total: 1, Failed: 1}
		problems = append(problems, Problem{Item: string(rec.Conversation), Status: mapping.StatusFailed, Reason: err.Error()})
	}
	q.report.conversation(sum, lossTally{}, problems...)
	return nil
}

func (q *quick) compare(ctx context.Context, rec mapping.ThreadRecord) (Summary, error) {
	if rec.Thread == "" {
		return Summary{Conversations: conversationTally(rec, rec.Status)}, nil
	}
	last, comparable, err := q.lastFound(rec)
	switch {
	case err != nil:
		return Summary{}, err
	case !comparable:
		return q.unchecked(rec)
	case last.Differences > 0:
		q.differ(rec, "no difference", fmt.Sprintf("%d in verification %d", last.Differences, last.Verification), "verification")
		return failed(rec, last), nil
	}
	messages, release, err := q.reserve(ctx, rec.Conversation)
	if err != nil {
		return Summary{}, err
	}
	defer release()
	now, err := q.stand(ctx, rec, messages)
	var hidden *hiddenError
	if errors.As(err, &hidden) {
		q.differ(rec, string(rec.Thread), hidden.Error(), "thread")
		return failed(rec, last), nil
	}
	if err != nil {
		return Summary{}, err
	}
	q.mu.Lock()
	q.foreign += now.table.foreign()
	q.mu.Unlock()
	if q.compareDigests(rec, last, now) {
		return asBefore(rec, last), nil
	}
	return failed(rec, last), nil
}

// lastFound is what the last verification found of a thread, and whether that
// can be compared with what is there now: no run has been at work in it since.
func (q *quick) lastFound(rec mapping.ThreadRecord) (last mapping.VerificationRecord, comparable bool, err error) {
	last, found, err := q.ledger.Verification(rec.Conversation)
	if err != nil {
		return last, false, ledgerFailure(err)
	}
	if _, ok := parseThreadDigest(last.Digest); !found || !ok && last.Differences == 0 {
		return last, false, nil
	}
	known, err := q.ledgerDigest(rec, func(mapping.MessageRecord) {})
	return last, known == last.Ledger, err
}

// compareDigests reports whether a thread is what it was.
func (q *quick) compareDigests(rec mapping.ThreadRecord, last mapping.VerificationRecord, thread *standing) bool {
	then, _ := parseThreadDigest(last.Digest)
	now := thread.digest()
	for _, d := range []struct{ name, then, now string }{
		{"thread", then.Thread, now.Thread},
		{"participants", then.Participants, now.Participants},
		{"messages", then.Messages, now.Messages},
	} {
		if d.then != d.now {
			q.differ(rec, d.then, d.now, "digest", d.name)
		}
	}
	return then == now
}

func (q *quick) differ(rec mapping.ThreadRecord, want, got string, path ...string) {
	q.differences.add(Difference{
		Path: PathOf(append([]string{"conversations", string(rec.Conversation)}, path...)...), Want: want, Got: got,
	})
}

// unchecked counts a thread that cannot be compared.
func (q *quick) unchecked(rec mapping.ThreadRecord) (Summary, error) {
	p, err := q.ledger.Progress(rec.Conversation)
	n := int64(rec.Participants)
	return Summary{
		Conversations: Tally{Total: 1, Unchecked: 1},
		Participants:  Tally{Total: n, Unchecked: n},
		Messages:      Tally{Total: p.Messages, Unchecked: p.Messages},
	}, ledgerFailure(err)
}

// asBefore counts a thread that is what it was.
func asBefore(rec mapping.ThreadRecord, last mapping.VerificationRecord) Summary {
	n := int64(rec.Participants)
	sum := Summary{
		Conversations: Tally{Total: 1, Unchanged: 1},
		Participants:  Tally{Total: n, Unchanged: n},
		Messages:      Tally{Total: last.Messages, Unchanged: last.Messages},
	}
	if last.Pending > 0 { // and with it, what was still to come
		sum.Conversations = Tally{Total: 1, Pending: 1}
	}
	return sum
}

// failed counts a thread that is not what it was, or never was as it should be.
func failed(rec mapping.ThreadRecord, last mapping.VerificationRecord) Summary {
	n := int64(rec.Participants)
	return Summary{
		Conversations: Tally{Total: 1, Failed: 1},
		Participants:  Tally{Total: n, Unchecked: n},
		Messages:      Tally{Total: last.Messages, Unchecked: last.Messages},
	}
}

// finish draws the result up. The digest of the whole stands when all of it does.
func (q *quick) finish(complete bool) (*Verification, error) {
	r := q.report.finish()
	out := &Verification{Summary: r.Summary, Problems: r.Problems, MoreProblems: r.MoreProblems, Foreign: q.foreign}
	out.Differences, out.MoreDifferences = q.differences.sorted()
	run, _, err := q.ledger.LastRun()
	if err != nil {
		return out, ledgerFailure(err)
	}
	last, _, err := q.ledger.LastVerification()
	if err != nil {
		return out, ledgerFailure(err)
	}
	counts, err := q.ledger.Counts()
	if err != nil {
		return out, ledgerFailure(err)
	}
	out.Run, out.Number = run.Number, last.Number
	out.Summary.Users = Tally{Total: counts.Users, Unchecked: counts.Users}
	out.Summary.Media = Tally{Total: counts.Media, Unchecked: counts.Media}
	if complete && q.opts.Only == nil && out.OK() && out.Summary.Conversations.Unchecked == 0 {
		out.Digest = last.Digest
	}
	return out, nil
}
