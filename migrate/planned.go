package migrate

import (
	"context"
	"errors"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// planned is one conversation in a plan.
type planned struct {
	subject
	planner *planner
	changes *changeGroup
	sends   int64                      // parts of messages
	writers map[mapping.PersonKey]bool // of them
}

func (pc *planned) run(ctx context.Context) error {
	if err := pc.open(ctx); err != nil {
		return err
	}
	if err := pc.tellConversation(ctx); err != nil {
		return err
	}
	if err := pc.members(); err != nil {
		return err
	}
	pc.losses.add(pc.horizonsBack())
	return pc.messages(ctx)
}

// outcome is how the conversation ended that err ended, if not well.
func (pc *planned) outcome(err error) (mapping.Status, string) {
	var blocked *BlockedError
	switch {
	case errors.As(err, &blocked):
		return mapping.StatusBlocked, blocked.Reason
	case err != nil:
		return mapping.StatusFailed, err.Error()
	}
	return mapping.StatusDone, ""
}

// tellEnd tells why the conversation cannot be planned.
func (pc *planned) tellEnd(status mapping.Status, reason string) {
	verb := VerbFailed
	if status == mapping.StatusBlocked {
		verb = VerbBlocked
	}
	pc.changes.add(Change{Kind: KindConversation, Item: string(pc.c.SID), Conversation: pc.c.SID, Name: pc.draft.Topic,
		Thread: &PlannedThread{pc.c, pc.draft}, Verb: verb, Reason: reason})
}

// inAll is what the plan says of the conversation in all.
func (pc *planned) inAll(status mapping.Status, reason string) PlannedConversation {
	p := PlannedConversation{
		PlannedThread: PlannedThread{pc.c, pc.draft}, Before: *pc.before, Creator: pc.draft.Creator,
		Status: status, Reason: reason, Summary: pc.sum, Losses: pc.losses.counts, Sends: pc.sends, Wrote: pc.writers,
	}
	if pc.roster != nil {
		p.Creator = pc.roster.Creator(pc.wrote)
	}
	return p
}

// tellConversation tells what becomes of the conversation itself.
func (pc *planned) tellConversation(ctx context.Context) error {
	if !pc.changes.asked() {
		return nil
	}
	c := Change{
		Kind: KindConversation, Item: string(pc.c.SID), Conversation: pc.c.SID, Verb: VerbUnchanged, Name: pc.draft.Topic,
		Thread: &PlannedThread{pc.c, pc.draft}, Drafted: pc.found,
	}
	switch u, differs := threadUpdate(*pc.before, pc.draft); {
	case pc.before.Thread == "":
		c.Verb = VerbCreate
		c.Losses = changeLosses(pc.found)
	case differs:
		c.Verb = VerbUpdate
		was := pc.before.Content
		if err := pc.planner.liveThread(ctx, *pc.before, &was); err != nil {
			return err
		}
		c.Fields = threadFields(u, was)
	}
	pc.changes.add(c)
	return nil
}

// threadFields names what of a thread changes.
func threadFields(u mapping.ThreadUpdate, was mapping.ThreadContent) []FieldChange {
	var fields []FieldChange
	if u.Topic != nil {
		fields = append(fields, FieldChange{topicField, was.Topic, *u.Topic})
	}
	return append(fields, metadataFields(u.Metadata, was.Metadata)...)
}

func metadataFields(u, was mapping.Metadata) []FieldChange {
	var fields []FieldChange
	for _, k := range sortedKeys(u) {
		fields = append(fields, FieldChange{"metadata." + k, was[k], u[k]})
	}
	return fields
}

// members tells of participants, and of the people they need.
func (pc *planned) members() error {
	changes := compareMembers(pc.before.Members, pc.roster.Members)
	if pc.before.Thread != "" {
		pc.losses.add(changes.losses(pc.settled()))
	}
	for _, m := range pc.roster.Members {
		who := person{Key: m.Key, DisplayName: m.DisplayName, UserSID: pc.dir.users[m.Key].SID}
		if err := pc.planner.meetPerson(pc.changes, who); err != nil {
			return err
		}
		c := Change{Kind: KindParticipant, Item: string(m.Participant.SID), Conversation: pc.c.SID, Verb: VerbUnchanged, Name: m.DisplayName}
		switch i := memberIndex(pc.before.Members, m.Key); {
		case pc.before.Thread == "" || i < 0 || pc.before.Members[i].Left:
			c.Verb = VerbCreate
		case outdated(pc.before.Members[i], m): // told, but not written: ACS cannot change a member
			c.Fields = memberFields(pc.before.Members[i], m)
			c.Losses = []ChangeLoss{{Code: mapping.LossParticipantChanged}}
		}
		pc.changes.add(c)
	}
	if pc.draft.Creator == mapping.Keeper {
		if err := pc.planner.meetPerson(pc.changes, person{Key: mapping.Keeper}); err != nil {
			return err
		}
	}
	for _, rec := range changes.left {
		pc.changes.add(Change{
			Kind: KindParticipant, Item: rec.Metadata[mapping.KeyParticipantSID], Conversation: pc.c.SID, Verb: VerbDelete,
			Name: rec.DisplayName, Reason: pc.whyLeft(rec.Key), Losses: []ChangeLoss{{Code: mapping.LossParticipantLeft}},
		})
	}
	return nil
}

// whyLeft says why somebody is no member any more.
func (pc *planned) whyLeft(key mapping.PersonKey) string {
	if pc.roster.LeavesOut(key) {
		return "left out by a policy"
	}
	return "left the conversation"
}

func memberFields(rec mapping.MemberRecord, m mapping.Member) []FieldChange {
	var fields []FieldChange
	if rec.DisplayName != m.DisplayName {
		fields = append(fields, FieldChange{"displayName", rec.DisplayName, m.DisplayName})
	}
	return append(fields, metadataFields(m.Metadata.Update(rec.Metadata), rec.Metadata)...)
}

func (pc *planned) messages(ctx context.Context) error {
	after := int64(-1)
	if pc.settled() {
		after = pc.since(pc.progress)
	}
	known := newKnown(pc.records, pc.c.SID, pc.progress, after)
	defer known.stop()
	pc.countLeftOut(after)
	var gone []mapping.MessageRecord
	known.leave = func(rec mapping.MessageRecord) { gone = append(gone, rec) }
	list := pc.recall.list()
	if list == nil {
		list = carried(pc.rules, pc.c, pc.src.Messages(ctx, pc.c, after))
	}
	for m, err := range list {
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
	verdict, parts := pc.judge(m, rec, there), 0
	if verdict == leftOut {
		pc.leaveOut(m)
		return nil
	}
	if verdict == edited {
		parts = len(rec.IDs)
		if m, err = withReceipts(ctx, pc.src, pc.rules, pc.c, m); err != nil && !errors.Is(err, errGone) {
			return err
		}
	}
	c := Change{Kind: KindMessage, Item: string(m.SID), Conversation: pc.c.SID, Verb: VerbUnchanged}
	found, err := pc.media(ctx, m, verdict == missing || verdict == late || verdict == edited)
	if err != nil {
		return err
	}
	draft, losses := pc.rules.Edition(pc.roster, m, found, parts)
	c.Drafted = losses
	exists := verdict == missing || verdict == late
	if !exists {
		if exists, err = pc.sentBefore(draft.Sender.Key); err != nil {
			return err
		}
	}
	if exists {
		who := person{Key: draft.Sender.Key, DisplayName: draft.Sender.DisplayName, UserSID: pc.dir.users[draft.Sender.Key].SID}
		if err := pc.planner.meetPerson(pc.changes, who); err != nil {
			return err
		}
	}
	if verdict == missing || verdict == late || !pc.settled() { // else the ledger has them
		pc.losses.add(losses)
	}
	t := &pc.sum.Messages
	switch verdict {
	case missing, late:
		t.Created++
		pc.sends += int64(len(draft.Parts))
		pc.writers[draft.Sender.Key] = true
		c.Verb = VerbCreate
		if verdict == late {
			late := mapping.Loss{Code: mapping.LossOutOfOrder, Item: string(m.SID)}
			pc.losses.add([]mapping.Loss{late})
			losses = append(losses, late)
		}
	case edited:
		t.Updated++
		c.Verb = VerbUpdate
		losses = editLosses(m, rec, losses)
		pc.losses.add(losses)
		if c.Fields, err = pc.planner.messageFields(ctx, pc, m, rec, draft); err != nil {
			return err
		}
	case confused:
		t.Failed++
		c.Verb, c.Reason = VerbFailed, "another message was carried under its index"
		pc.problem(string(m.SID), "compare", c.Reason)
	default:
		t.Unchanged++
		losses = nil
	}
	c.Name, c.Losses, c.Source, c.Draft = draft.Sender.DisplayName, changeLosses(losses), &m, &draft
	pc.changes.add(c)
	return nil
}

// messageFields names what of a message changes; old values only the
// destination knows.
func (p *planner) messageFields(ctx context.Context, pc *planned, m mapping.Message, rec mapping.MessageRecord, draft mapping.MessageDraft) ([]FieldChange, error) {
	if !pc.changes.asked() {
		return nil, nil
	}
	if p.opts.Live != nil {
		return p.liveFields(ctx, pc, rec, draft)
	}
	var fields []FieldChange
	for _, name := range draft.Source.Changed(rec.Source) {
		f := FieldChange{Name: name}
		switch name {
		case mapping.FieldContent:
			f.New = joinedParts(draft)
		case mapping.FieldAuthor:
			f.New = draft.Parts[0].Metadata[mapping.KeyAuthor]
		case mapping.FieldAttributes:
			f.New = draft.Parts[0].Metadata[mapping.KeyAttributes]
		case mapping.FieldDelivery:
			f.New = draft.Parts[0].Metadata[mapping.KeyDelivery]
		default:
			f.New = string(m.DateUpdated)
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func joinedParts(draft mapping.MessageDraft) string {
	var b strings.Builder
	for _, p := range draft.Parts {
		b.WriteString(p.Content)
	}
	return b.String()
}

// tellMedia tells what becomes of a file.
func (pc *planned) tellMedia(f mapping.Media, rec mapping.MediaRecord, t Tally) {
	c := Change{Kind: KindMedia, Item: string(f.SID), Conversation: pc.c.SID, Verb: VerbUnchanged, Name: f.Filename, Bytes: f.Size}
	switch {
	case t.Created > 0:
		c.Verb = VerbCreate
	case t.Blocked > 0:
		c.Verb, c.Reason = VerbBlocked, "there is no media store"
	case t.Failed > 0:
		c.Verb, c.Reason = VerbFailed, rec.Missing
	}
	pc.changes.add(c)
}
