package migrate

import (
	"context"
	"fmt"
	"sync"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A MessageReader reads one message.
type MessageReader interface {
	FetchMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID) (mapping.ChatMessage, error)
}

// VerifyACS is all of ACS that a verification has.
type VerifyACS interface {
	ThreadReader
	MessageReader
}

// Difference is something in ACS or the media store that is not as the source
// says it should be.
type Difference struct {
	Path string `json:"path"` // conversations/CH…/messages/IM…/content
	Want string `json:"want"`
	Got  string `json:"got"`
}

func (d Difference) String() string { return fmt.Sprintf("%s: want %s, got %s", d.Path, d.Want, d.Got) }

// Verification is what a verification has to say.
type Verification struct {
	Run         int          `json:"run"`
	Summary     Summary      `json:"summary"`
	Differences []Difference `json:"differences"`
	// MoreDifferences counts those beyond the first thousand.
	MoreDifferences int       `json:"moreDifferences,omitempty"`
	Problems        []Problem `json:"problems"`
	// Foreign counts messages that people wrote in the threads themselves.
	Foreign int64 `json:"foreignMessages"`
}

// OK reports whether everything compared was as it should be. What has not been
// carried yet is no difference, but see Summary.Incomplete.
func (v *Verification) OK() bool { return len(v.Differences) == 0 }

const (
	maxDifferences = 1000
	// verifyThreads is how many threads are read at once. Each is held as a table
	// of about a hundred bytes a message.
	verifyThreads = 16
)

// Verify reads every thread back as one of its members and compares topic,
// members, order, senders, texts and metadata with what the source maps to, and
// stored files with those of the source byte for byte. It writes nothing. Store
// may be nil.
func Verify(ctx context.Context, src Twilio, acs VerifyACS, ledger LedgerReader, store MediaStore, rules mapping.Rules, opts *Options) (*Verification, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	o = o.withDefaults()
	v := &verifier{
		src: src, acs: acs, ledger: ledger, store: store, rules: rules, opts: o,
		patience: &patience{limit: o.Patience},
		census:   newCensus(),
	}
	if err := v.run(ctx); err != nil {
		return nil, err
	}
	return v.finish()
}

type verifier struct {
	src      Twilio
	acs      VerifyACS
	ledger   LedgerReader
	store    MediaStore
	rules    mapping.Rules
	opts     Options
	dir      *directory
	patience *patience
	census   *census

	report  collector
	mu      sync.Mutex
	diffs   []Difference
	more    int
	foreign int64
	users   Tally
}

func (v *verifier) run(ctx context.Context) error {
	var err error
	if v.dir, err = readDirectory(ctx, v.src); err != nil {
		return err
	}
	for _, d := range v.dir.damaged {
		v.report.damaged(d, users)
	}
	return eachConversation(ctx, v.src, verifyThreads, &v.report, v.conversation)
}

// conversation verifies one. Only what makes the rest pointless is an error.
func (v *verifier) conversation(ctx context.Context, c mapping.Conversation) error {
	t := &verified{verifier: v, c: c}
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
	v.more += t.more
	room := maxDifferences - len(v.diffs)
	kept := min(room, len(t.diffs))
	v.diffs = append(v.diffs, t.diffs[:kept]...)
	v.more += len(t.diffs) - kept
	return nil
}

func (v *verifier) finish() (*Verification, error) {
	r := v.report.finish()
	last, _, err := v.ledger.LastRun()
	if err != nil {
		return nil, ledgerFailure(err)
	}
	out := &Verification{
		Run: last.Number, Summary: r.Summary, Problems: r.Problems,
		Differences: v.diffs, MoreDifferences: v.more, Foreign: v.foreign,
	}
	sortDifferences(out.Differences)
	for key := range v.dir.everybody(v.opts) {
		if _, err := v.person(key); err != nil {
			return nil, err
		}
	}
	out.Summary.Users.add(v.users)
	return out, nil
}

// person is the communication user of key, empty when there is none yet. Each
// is counted once.
func (v *verifier) person(key mapping.PersonKey) (mapping.CommunicationUserID, error) {
	rec, _, err := v.ledger.Person(key)
	if err != nil || !v.census.add(key) {
		return rec.ID, ledgerFailure(err)
	}
	t := Tally{Total: 1, Unchanged: 1}
	if rec.ID == "" {
		t = Tally{Total: 1, Pending: 1}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.users.add(t)
	return rec.ID, nil
}
