package migrate

import (
	"context"
	"errors"
	"io/fs"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Plan tells what a run would do. It has nothing that could write: no
// destination but for reading, no store, and a ledger that can only be read.
func Plan(ctx context.Context, src Twilio, ledger LedgerReader, rules mapping.Rules, opts *Options) (*Report, error) {
	v := newView(src, ledger, rules, opts)
	p := &planner{view: v, changes: changeStream{tell: v.opts.Changes}, patience: &patience{limit: v.opts.Patience}}
	p.report.begin(mapping.RunRecord{}, rules.AccountLosses())
	if err := p.run(ctx); err != nil {
		return nil, err
	}
	return p.report.finish(), nil
}

// planReads is how many conversations are read at once.
const planReads = 16

type planner struct {
	*view
	changes  changeStream
	patience *patience // with the destination, where it is asked
}

func (p *planner) run(ctx context.Context) error {
	var err error
	if p.dir, err = readDirectory(ctx, p.src); err != nil {
		return err
	}
	for _, d := range p.dir.damaged {
		p.report.damaged(d, users)
	}
	if err := p.countHooks(ctx); err != nil {
		return err
	}
	if last, found, err := p.records.LastRun(); err != nil {
		return ledgerFailure(err)
	} else if found {
		p.report.run.Number = last.Number
	}
	if err := eachConversation(ctx, p.conversations, min(planReads, p.opts.Active), &p.report, p.hooked(p.conversation)); err != nil {
		return err
	}
	if err := p.depart(ctx, p.departure(KindMessage), p.departure(KindConversation)); err != nil {
		return err
	}
	g := changeGroup{stream: &p.changes}
	for key, u := range p.dir.everybody(p.opts) {
		if err := p.meetPerson(&g, person{Key: key, DisplayName: u.FriendlyName, UserSID: u.SID}); err != nil {
			return err
		}
	}
	if err := g.close(); err != nil {
		return err
	}
	return p.people()
}

// departure tells of items that would be deleted.
func (p *planner) departure(kind string) removal {
	return func(_ context.Context, d departed) (bool, error) {
		g := changeGroup{stream: &p.changes}
		g.add(Change{Kind: kind, Item: d.name(), Conversation: d.conversation, Verb: VerbDelete, Reason: "gone in Twilio"})
		return true, g.close()
	}
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

// meetPerson counts somebody who needs a communication user, and tells of them
// when they are met first.
func (p *planner) meetPerson(g *changeGroup, who person) error {
	if !p.census.add(who.Key) || !g.asked() {
		return nil
	}
	rec, _, err := p.records.Person(who.Key)
	if err != nil {
		return ledgerFailure(err)
	}
	c := Change{Kind: KindUser, Item: string(who.UserSID), Verb: VerbUnchanged, Name: who.DisplayName}
	if c.Item == "" {
		c.Item = string(who.Key.Kind) + " " + p.rules.PublicName(who.Key.Name)
	}
	if rec.ID == "" {
		c.Verb = VerbCreate
	}
	g.add(c)
	return nil
}

// conversation plans c, without a trace of anything written.
func (p *planner) conversation(ctx context.Context, c mapping.Conversation) error {
	p.listed.addConversation(c.SID)
	pc := &planned{subject: newSubject(p.view, c), planner: p, changes: changeGroup{stream: &p.changes}}
	err := pc.run(ctx)
	if cerr := pc.ended(err); cerr != nil {
		return cerr
	}
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
		tally := mediaTally(rec, there, pc.rules)
		pc.sum.Media.add(tally)
		pc.tellMedia(f, rec, tally)
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
