package migrate

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Plan tells what a run would do. It has nothing that could write: no
// destination but for reading, no store, and a ledger that can only be read.
func Plan(ctx context.Context, src Twilio, ledger LedgerReader, rules mapping.Rules, opts *Options) (*Report, error) {
	v := newView(src, ledger, rules, opts)
	p := &planner{view: v, changes: newChangeStream(v.opts), patience: &patience{limit: v.opts.Patience}}
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
	changes  *changeStream
	patience *patience    // with the destination, where it is asked
	fresh    atomic.Int64 // people who have no communication user yet
}

func (p *planner) run(ctx context.Context) error {
	var err error
	if p.src, p.rules, err = decide(p.src, p.records, p.rules); err != nil {
		return err
	}
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
	if err := eachBegun(ctx, p.conversations, min(planReads, p.opts.Active), &p.report, p.begin()); err != nil {
		return err
	}
	if err := p.depart(ctx, p.departure(KindMessage), p.departure(KindConversation)); err != nil {
		return err
	}
	if err := p.everybody(); err != nil {
		return err
	}
	return p.people()
}

// begin is what begins conversations: their changes come in the order of the list.
func (p *planner) begin() func(mapping.Conversation) func(context.Context) error {
	count := p.hookCounter()
	return func(c mapping.Conversation) func(context.Context) error {
		changes := p.changes.group()
		return func(ctx context.Context) error {
			if err := count(ctx, c); err != nil {
				return cmp.Or(err, changes.close())
			}
			err := p.conversation(ctx, c, changes)
			return cmp.Or(err, changes.close())
		}
	}
}

// everybody meets those who are in no conversation.
func (p *planner) everybody() error {
	g := p.changes.group()
	users := maps.Collect(p.dir.everybody(p.opts, p.rules.People))
	for _, key := range slices.SortedFunc(maps.Keys(users), comparePeople) {
		u := users[key]
		if err := p.meetPerson(g, person{Key: key, DisplayName: u.FriendlyName, UserSID: u.SID}); err != nil {
			return cmp.Or(err, g.close())
		}
	}
	return g.close()
}

func comparePeople(a, b mapping.PersonKey) int {
	return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(string(a.Service), string(b.Service)), strings.Compare(a.Name, b.Name))
}

// departure tells of items that would be deleted.
func (p *planner) departure(kind string) removal {
	return func(_ context.Context, d departed) (bool, error) {
		g := p.changes.group()
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
	after.Users += p.fresh.Load()
	p.report.people(before, after, int64(len(p.census.seen)), !p.opts.Whole)
	return nil
}

// meetPerson counts somebody who needs a communication user, and tells of them
// when they are met first.
func (p *planner) meetPerson(g *changeGroup, who person) error {
	first, asked := p.census.add(who.Key), g.meet(who.Key)
	if !first && !asked {
		return nil
	}
	rec, _, err := p.records.Person(who.Key)
	if err != nil {
		return ledgerFailure(err)
	}
	if first && rec.ID == "" {
		p.fresh.Add(1)
	}
	if !asked {
		return nil
	}
	c := Change{Kind: KindUser, Item: string(who.UserSID), Verb: VerbUnchanged, Name: who.DisplayName, Person: who.Key}
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
func (p *planner) conversation(ctx context.Context, c mapping.Conversation, changes *changeGroup) error {
	p.listed.addConversation(c.SID)
	pc := &planned{subject: newSubject(p.view, c), planner: p, changes: changes, writers: make(map[mapping.PersonKey]bool)}
	pc.recall = new(recall)
	err := pc.run(ctx)
	if err != nil && (stops(err) || ctx.Err() != nil) {
		return err
	}
	status, reason := pc.outcome(err)
	if status != mapping.StatusDone {
		pc.problems = append(pc.problems, Problem{Item: string(c.SID), Status: status, Reason: reason})
		pc.tellEnd(status, reason)
	}
	if status == mapping.StatusBlocked {
		u, err := countBlocked(ctx, p.src, p.rules, c)
		if err != nil {
			return err
		}
		pc.sum.Messages, pc.sum.Media = u.messages, u.media
	}
	pc.count(status)
	p.report.conversation(pc.sum, pc.losses, pc.problems...)
	changes.plan(pc.inAll(status, reason))
	return nil
}

// media counts the files of m and reads those that become its content. Anew says
// that the message is to be written, and its files stored as far as they are not.
func (pc *planned) media(ctx context.Context, m mapping.Message, anew bool) (map[mapping.MediaSID]mapping.FoundMedia, error) {
	found := make(map[mapping.MediaSID]mapping.FoundMedia, len(m.Media))
	for _, f := range m.Media {
		pc.meet(f.SID)
		rec, there, err := pc.records.Media(pc.c.SID, f.SID)
		if err != nil {
			return nil, ledgerFailure(err)
		}
		var text []byte
		switch {
		case anew && (!there || rec.Missing != ""):
			rec, there, text, err = pc.fileAtSource(ctx, f, rec, there)
		case f.NeedsText() && rec.Missing == "" && !pc.settled():
			text, err = mediaText(ctx, pc.src, pc.c, f)
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
		}
		if err != nil {
			return nil, step("media "+string(f.SID), err)
		}
		tally := mediaTally(rec, there, pc.rules)
		pc.sum.Media.add(tally)
		pc.tellMedia(f, rec, tally)
		found[f.SID] = mapping.FoundMedia{Missing: rec.Missing, Text: text}
	}
	return found, nil
}

// fileAtSource is what a run would record of a file that is not stored, as far as
// the plan may look: rec stands for what the ledger has so far.
func (pc *planned) fileAtSource(ctx context.Context, f mapping.Media, rec mapping.MediaRecord, there bool) (mapping.MediaRecord, bool, []byte, error) {
	var text []byte
	var err error
	switch {
	case f.NeedsText():
		text, err = mediaText(ctx, pc.src, pc.c, f)
	case pc.opts.CheckMedia != nil && pc.rules.MediaURL != "":
		err = pc.opts.CheckMedia(ctx, pc.c, f)
	default:
		return rec, there, nil, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return mapping.MediaRecord{}, false, text, err
	}
	pc.problem(string(f.SID), "read media", fileGone)
	return mapping.MediaRecord{Missing: missingAtSource}, true, nil, nil
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
