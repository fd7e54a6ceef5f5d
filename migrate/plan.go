package migrate

import (
	"context"
	"errors"
	"io/fs"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Plan tells what a run would do. It has nothing that could write: no
// destination, no store, and a ledger that can only be read.
func Plan(ctx context.Context, src Twilio, ledger LedgerReader, rules mapping.Rules, opts *Options) (*Report, error) {
	p := &planner{newView(src, ledger, rules, opts)}
	p.report.begin(mapping.RunRecord{}, rules.AccountLosses())
	if err := p.run(ctx); err != nil {
		return nil, err
	}
	return p.report.finish(), nil
}

// planReads is how many conversations are read at once.
const planReads = 16

type planner struct{ *view }

func (p *planner) run(ctx context.Context) error {
	var err error
	if p.dir, err = readDirectory(ctx, p.src); err != nil {
		return err
	}
	for _, d := range p.dir.damaged {
		p.report.damaged(d, users)
	}
	if last, found, err := p.records.LastRun(); err != nil {
		return ledgerFailure(err)
	} else if found {
		p.report.run.Number = last.Number
	}
	if err := eachConversation(ctx, p.src, min(planReads, p.opts.Active), &p.report, p.conversation); err != nil {
		return err
	}
	goes := func(context.Context, departed) (bool, error) { return true, nil }
	if err := p.depart(ctx, goes, goes); err != nil {
		return err
	}
	for key := range p.dir.everybody(p.opts) {
		p.census.add(key)
	}
	return p.people()
}

// people counts those who are there and those who would be created.
func (p *planner) people() error {
	before, err := p.records.Counts()
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
	p.listed.addConversation(c.SID)
	pc := &planned{newSubject(p.view, c)}
	err := pc.run(ctx)
	if err != nil && (stops(err) || ctx.Err() != nil) {
		return err
	}
	status := mapping.StatusDone
	var blocked *BlockedError
	switch {
	case errors.As(err, &blocked):
		status = mapping.StatusBlocked
		pc.problems = append(pc.problems, Problem{Item: string(c.SID), Status: status, Reason: blocked.Reason})
		if pc.sum.Messages, pc.sum.Media, err = countBlocked(ctx, p.src, c); err != nil {
			return err
		}
	case err != nil:
		status = mapping.StatusFailed
		pc.problems = append(pc.problems, Problem{Item: string(c.SID), Status: status, Reason: err.Error()})
	}
	pc.count(status)
	p.report.conversation(pc.sum, pc.losses, pc.problems...)
	return nil
}

// planned is one conversation in a plan.
type planned struct{ subject }

func (pc *planned) run(ctx context.Context) error {
	if err := pc.open(ctx); err != nil {
		return err
	}
	if pc.before.Thread != "" {
		pc.losses.add(compareMembers(pc.before.Members, pc.roster.Members).losses(pc.settled()))
	}
	pc.losses.add(pc.horizonsBack())
	return pc.messages(ctx)
}

func (pc *planned) messages(ctx context.Context) error {
	after := int64(-1)
	if pc.settled() {
		after = pc.since(pc.progress)
	}
	known := newKnown(pc.records, pc.c.SID, after)
	defer known.stop()
	var gone []mapping.MessageRecord
	known.leave = func(rec mapping.MessageRecord) { gone = append(gone, rec) }
	for m, err := range pc.src.Messages(ctx, pc.c, after) {
		if err != nil {
			return unreadable("list messages", err)
		}
		if err := pc.message(ctx, m, known); err != nil {
			return step("message "+string(m.SID), err)
		}
	}
	if _, err := known.rest(); err != nil {
		return ledgerFailure(err)
	}
	for _, rec := range gone {
		pc.gone.add(departed{pc.c.ServiceSID, pc.c.SID, rec})
	}
	m := &pc.sum.Messages
	if err := pc.countUnchecked(known); err != nil {
		return err
	}
	m.Total = m.Created + m.Updated + m.Unchanged + m.Unchecked + m.Failed
	return nil
}

func (pc *planned) message(ctx context.Context, m mapping.Message, known *known) error {
	rec, there, err := known.at(m.Index)
	if err != nil {
		return ledgerFailure(err)
	}
	found, err := pc.media(ctx, m)
	if err != nil {
		return err
	}
	verdict, parts := pc.judge(m, rec, there), 0
	if verdict == edited {
		parts = len(rec.IDs)
	}
	draft, losses := pc.rules.Edition(pc.roster, m, found, parts)
	pc.census.add(draft.Sender.Key)
	if verdict == missing || verdict == late || !pc.settled() { // else the ledger has them
		pc.losses.add(losses)
	}
	t := &pc.sum.Messages
	switch verdict {
	case missing:
		t.Created++
	case late:
		t.Created++
		pc.lose(mapping.LossOutOfOrder, string(m.SID))
	case edited:
		t.Updated++
		pc.losses.add(editLosses(m, rec, losses))
	case confused:
		t.Failed++
	default:
		t.Unchanged++
	}
	return nil
}

// media counts the files of m and reads those that become its content.
func (pc *planned) media(ctx context.Context, m mapping.Message) (map[mapping.MediaSID]mapping.FoundMedia, error) {
	found := make(map[mapping.MediaSID]mapping.FoundMedia, len(m.Media))
	for _, f := range m.Media {
		pc.meet(f.SID)
		rec, there, err := pc.records.Media(pc.c.SID, f.SID)
		if err != nil {
			return nil, ledgerFailure(err)
		}
		fm := mapping.FoundMedia{Missing: rec.Missing}
		pc.sum.Media.add(mediaTally(rec, there, pc.rules))
		if f.NeedsText() && rec.Missing == "" && (!there || !pc.settled()) {
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
