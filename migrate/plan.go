package migrate

import (
	"context"
	"errors"
	"io/fs"
	"maps"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Plan tells what a run would do. It has nothing that could write: no
// destination, no store, and a ledger that can only be read.
func Plan(ctx context.Context, src Twilio, ledger LedgerReader, rules mapping.Rules, opts *Options) (*Report, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	p := &planner{src: src, ledger: ledger, rules: rules, opts: o.withDefaults(), census: newCensus()}
	p.report.begin(mapping.RunRecord{}, rules.AccountLosses())
	if err := p.run(ctx); err != nil {
		return nil, err
	}
	return p.report.finish(), nil
}

// planReads is how many conversations are read at once.
const planReads = 16

type planner struct {
	src    Twilio
	ledger LedgerReader
	rules  mapping.Rules
	opts   Options
	dir    *directory
	census *census
	report collector
}

func (p *planner) run(ctx context.Context) error {
	var err error
	if p.dir, err = readDirectory(ctx, p.src); err != nil {
		return err
	}
	for _, d := range p.dir.damaged {
		p.report.damaged(d, users)
	}
	if last, found, err := p.ledger.LastRun(); err != nil {
		return ledgerFailure(err)
	} else if found {
		p.report.run.Number = last.Number
	}
	if err := eachConversation(ctx, p.src, min(planReads, p.opts.Active), &p.report, p.conversation); err != nil {
		return err
	}
	for key := range p.dir.everybody(p.opts) {
		p.census.add(key)
	}
	return p.people()
}

// people counts those who are there and those who would be created.
func (p *planner) people() error {
	before, err := p.ledger.Counts()
	if err != nil {
		return ledgerFailure(err)
	}
	after := before
	after.Users = max(before.Users, int64(len(p.census.seen)))
	p.report.people(before, after, int64(len(p.census.seen)), !p.opts.Whole)
	return nil
}

// conversation plans c, without a trace of anything written.
func (p *planner) conversation(ctx context.Context, c mapping.Conversation) error {
	pc := &planned{planner: p, c: c}
	err := pc.run(ctx)
	if err != nil && (stops(err) || ctx.Err() != nil) {
		return err
	}
	status := mapping.StatusDone
	var problems []Problem
	var blocked *BlockedError
	switch {
	case errors.As(err, &blocked):
		status = mapping.StatusBlocked
		problems = append(problems, Problem{Item: string(c.SID), Status: status, Reason: blocked.Reason})
		if pc.sum.Messages, pc.sum.Media, err = countBlocked(ctx, p.src, c); err != nil {
			return err
		}
	case err != nil:
		status = mapping.StatusFailed
		problems = append(problems, Problem{Item: string(c.SID), Status: status, Reason: err.Error()})
	}
	pc.sum.Conversations = conversationTally(pc.rec, status)
	pc.sum.Participants = participantTally(pc.rec, pc.sum.Participants.Total, status, status == mapping.StatusDone)
	p.report.conversation(pc.sum, pc.losses, problems...)
	return nil
}

// planned is one conversation in a plan.
type planned struct {
	*planner
	c      mapping.Conversation
	rec    mapping.ThreadRecord
	losses lossTally
	sum    Summary
}

func (pc *planned) run(ctx context.Context) error {
	var err error
	if pc.rec, _, err = pc.ledger.Thread(pc.c.SID); err != nil {
		return ledgerFailure(err)
	}
	s, err := survey(ctx, pc.src, pc.rules, pc.dir, pc.c)
	pc.sum.Participants.Total = s.participants
	if err != nil {
		return err
	}
	pc.losses.add(s.losses)
	if !begun(pc.rec) {
		if err := mayBegin(ctx, pc.src, pc.c, s, pc.opts); err != nil {
			return err
		}
	}
	for _, person := range s.people() {
		pc.census.add(person.Key)
	}
	if pc.rec.Status == mapping.StatusDone {
		pc.losses = lossTally{counts: maps.Clone(pc.rec.Losses)} // and those of what is new
	}
	return pc.messages(ctx, s.roster)
}

func (pc *planned) messages(ctx context.Context, roster *mapping.Roster) error {
	after := int64(-1)
	if pc.rec.Status == mapping.StatusDone && !pc.opts.Whole {
		progress, err := pc.ledger.Progress(pc.c.SID)
		if err != nil {
			return ledgerFailure(err)
		}
		after, pc.sum.Messages.Unchecked = progress.LastIndex, progress.Messages
		if pc.sum.Media, err = uncheckedFiles(pc.ledger, pc.c.SID); err != nil {
			return err
		}
	}
	known := newKnown(pc.ledger, pc.c.SID, after)
	defer known.stop()
	for m, err := range pc.src.Messages(ctx, pc.c, after) {
		if err != nil {
			return unreadable("list messages", err)
		}
		if err := pc.message(ctx, m, roster, known); err != nil {
			return step("message "+string(m.SID), err)
		}
	}
	gone, err := known.rest()
	m := &pc.sum.Messages
	m.Pending += gone
	m.Total = m.Created + m.Unchanged + m.Unchecked + m.Pending
	return ledgerFailure(err)
}

func (pc *planned) message(ctx context.Context, m mapping.Message, roster *mapping.Roster, known *known) error {
	rec, there, err := known.at(m.Index)
	if err != nil {
		return ledgerFailure(err)
	}
	found, err := pc.media(ctx, m)
	if err != nil {
		return err
	}
	draft, losses := pc.rules.ChatMessage(roster, m, found)
	if !there || pc.rec.Status != mapping.StatusDone { // else the ledger has them
		pc.losses.add(losses)
	}
	pc.census.add(draft.Sender.Key)
	switch {
	case !there:
		pc.sum.Messages.Created++
	case sameSource(rec, m, draft):
		pc.sum.Messages.Unchanged++
	default:
		pc.sum.Messages.Pending++
	}
	return nil
}

// media counts the files of m and reads those that become its content.
func (pc *planned) media(ctx context.Context, m mapping.Message) (map[mapping.MediaSID]mapping.FoundMedia, error) {
	found := make(map[mapping.MediaSID]mapping.FoundMedia, len(m.Media))
	for _, f := range m.Media {
		rec, there, err := pc.ledger.Media(pc.c.SID, f.SID)
		if err != nil {
			return nil, ledgerFailure(err)
		}
		fm := mapping.FoundMedia{Missing: rec.Missing}
		pc.sum.Media.add(mediaTally(rec, there, pc.rules))
		if f.NeedsText() && rec.Missing == "" && (!there || pc.rec.Status != mapping.StatusDone) {
			fm.Text, err = mediaText(ctx, pc.src, pc.c, f)
			if errors.Is(err, fs.ErrNotExist) {
				fm.Missing, err = missingAtSource, nil
			}
			if err != nil {
				return nil, step("read media "+string(f.SID), err)
			}
		}
		found[f.SID] = fm
	}
	return found, nil
}

// mediaTally counts one file by its record; one without a record would be stored.
func mediaTally(rec mapping.MediaRecord, there bool, rules mapping.Rules) Tally {
	t := Tally{Total: 1}
	switch {
	case rules.MediaURL == "":
		t.Blocked = 1
	case !there:
		t.Created = 1
	case rec.Missing != "":
		t.Failed = 1
	default:
		t.Unchanged = 1
	}
	return t
}

// sentMediaTally counts one file of a message that has been sent: without a
// record it is still to be stored.
func sentMediaTally(rec mapping.MediaRecord, there bool, rules mapping.Rules) Tally {
	t := mediaTally(rec, there, rules)
	t.Pending, t.Created = t.Created, 0
	return t
}
