package report

import (
	"cmp"
	"fmt"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Options tune a Builder. The zero value is a sound default.
type Options struct {
	// Active is how many conversations a run has in progress at once. 0 means
	// migrate.DefaultActive.
	Active int
	// Price is what ACS charges for a message. The zero Price means DefaultPrice.
	Price Price
	// LargeMedia is from how many bytes on a file is a finding. 0 means 100 MiB.
	LargeMedia int64
	// MediaChecked says that the plan looks whether files are there.
	MediaChecked bool
	Policies     []Policy
	// TempDir is where rows go that are too many for memory. Empty means the
	// system's directory for such files.
	TempDir string
}

// Price is an amount in US dollars, with the time it is of.
type Price struct {
	Amount float64
	AsOf   string
}

// DefaultLargeMedia is the default of Options.LargeMedia: what a chat client can be
// expected to load, and a mailbox would not take any more.
const DefaultLargeMedia = 100 << 20

func (o *Options) withDefaults() Options {
	var opts Options
	if o != nil {
		opts = *o
	}
	opts.Active = cmp.Or(opts.Active, migrate.DefaultActive)
	opts.LargeMedia = cmp.Or(opts.LargeMedia, DefaultLargeMedia)
	opts.Price = cmp.Or(opts.Price, Price{DefaultPrice, DefaultPriceAsOf})
	return opts
}

// Builder makes the document of a plan out of what the plan tells: its methods
// Change and Conversation are what migrate.Options.Changes and Planned call. It is
// not safe for concurrent use, as a plan tells one thing at a time.
type Builder struct {
	rules    mapping.Rules
	opts     Options
	rows     *spool
	departed map[mapping.ConversationSID]int64
	now      *subject // of the changes that come in

	people   *crowd
	findings findings
	calendar *calendar
	bytes    Bytes
	fidelity mapping.Fidelity
	work     *workload
	events   *announcements
	updates  []migrate.Change
	more     int64 // updates
}

// NewBuilder begins the document of a plan under these rules. A nil opts stands
// for the defaults.
func NewBuilder(rules mapping.Rules, opts *Options) *Builder {
	o := opts.withDefaults()
	return &Builder{
		rules: rules, opts: o, rows: &spool{dir: o.TempDir}, departed: make(map[mapping.ConversationSID]int64),
		now: newSubject(), people: newCrowd(), findings: newFindings(), calendar: newCalendar(),
		work: newWorkload(), events: newAnnouncements(),
	}
}

// Change takes in one change.
func (b *Builder) Change(c migrate.Change) error {
	if len(c.Fields) > 0 {
		b.keepUpdate(c)
	}
	switch {
	case isDeparture(c):
		return b.departure(c)
	case c.Kind == migrate.KindUser:
		b.user(c)
	case c.Kind == migrate.KindConversation:
		b.conversation(c)
	case c.Kind == migrate.KindMessage:
		b.message(c)
	case c.Kind == migrate.KindMedia:
		b.media(c)
	}
	return nil
}

// isDeparture reports whether c is of something that is gone in Twilio. Such
// changes come last, not with their conversation.
func isDeparture(c migrate.Change) bool {
	return c.Verb == migrate.VerbDelete && (c.Kind == migrate.KindMessage || c.Kind == migrate.KindConversation)
}

// departure takes in that something is to be deleted.
func (b *Builder) departure(c migrate.Change) error {
	if c.Kind == migrate.KindMessage {
		b.departed[c.Conversation]++
		b.work.requests[limits.DeleteMessage]++
		return nil
	}
	b.work.requests[limits.DeleteThread]++
	b.events.note(eventThreadDeleted, eventThreadDeletedFor, 1, 1)
	return b.rows.add(Row{SID: c.Conversation, Topic: c.Name, Verb: c.Verb, Reason: c.Reason, Fidelity: 100})
}

// user takes in somebody who needs a communication user.
func (b *Builder) user(c migrate.Change) {
	b.people.meet(c.Person, c.Verb == migrate.VerbCreate)
	switch c.Person.Kind {
	case mapping.PersonFormer:
		b.findings.add(FindingAuthors, "", Example{Item: c.Item})
	case mapping.PersonUser:
		if other, ok := b.people.elsewhere(c.Person); ok {
			b.findings.add(FindingIdentities, "", Example{Item: b.rules.PublicName(c.Person.Name), Detail: fmt.Sprintf("%s, %s", other, c.Person.Service)})
		}
	}
}

// conversation takes in a thread with its members.
func (b *Builder) conversation(c migrate.Change) {
	now, of := b.now, c.Thread.Conversation
	now.fidelity.Add(b.rules.ThreadFidelity(of, c.Thread.Draft, c.Drafted))
	now.updated = c.Verb == migrate.VerbUpdate
	for _, f := range c.Fields {
		now.renamed = now.renamed || f.Name == "topic"
	}
	if n := len(c.Thread.Draft.Members); n > mapping.MaxMembers {
		b.findings.add(FindingMembers, "", Example{Item: c.Item, Size: int64(n)})
	}
	b.attributes(of.Attributes, "conversation", Example{Item: c.Item})
	for _, m := range c.Thread.Draft.Members {
		p := m.Participant
		b.attributes(p.Attributes, "participant", Example{Item: string(p.SID), Conversation: of.SID})
		if !p.IsChat() {
			b.findings.add(FindingOutside, channelOf(p), Example{Item: string(p.SID), Conversation: of.SID, Detail: channelOf(p)})
		}
	}
}

// channelOf is how somebody outside the chat is reached.
func channelOf(p mapping.Participant) string {
	if p.Binding == nil || p.Binding.Type == "" {
		return "unknown"
	}
	return p.Binding.Type
}

// attributes takes in attributes that are too large to be carried where metadata
// takes 1 KB.
func (b *Builder) attributes(text, kind string, e Example) {
	if len(text) <= mapping.MaxThreadMetadata {
		return
	}
	e.Size, e.Detail = int64(len(text)), kind
	b.findings.add(FindingAttributes, kind, e)
}

// message takes in a message of the source.
func (b *Builder) message(c migrate.Change) {
	now, m := b.now, c.Source
	now.fidelity.Add(c.Draft.Fidelity(*m, c.Drafted))
	text := int64(len(m.Body) + len(m.Subject))
	now.bytes += text
	b.bytes.Text += text
	now.last = m.DateCreated
	b.calendar.add(m.DateCreated)
	b.attributes(m.Attributes, "message", Example{Item: c.Item, Conversation: c.Conversation})
	parts := int64(len(c.Draft.Parts))
	if parts > 1 {
		b.findings.add(FindingLong, "", Example{Item: c.Item, Conversation: c.Conversation, Size: sizeOf(c.Draft), Detail: fmt.Sprintf("%d parts", parts)})
	}
	switch c.Verb {
	case migrate.VerbCreate:
		now.send(c.Draft.Sender, parts)
	case migrate.VerbUpdate:
		now.edited += parts
	default:
		return
	}
	b.bytes.TextToCarry += text
	b.people.act(c.Draft.Sender.Key)
}

func sizeOf(d *mapping.MessageDraft) (n int64) {
	for _, p := range d.Parts {
		n += int64(p.Size())
	}
	return n
}

// media takes in a file.
func (b *Builder) media(c migrate.Change) {
	b.now.bytes += c.Bytes
	b.bytes.Files += c.Bytes
	e := Example{Item: c.Item, Conversation: c.Conversation, Size: c.Bytes, Detail: c.Name}
	if c.Verb == migrate.VerbCreate {
		b.bytes.FilesToCarry += c.Bytes
	}
	if c.Verb == migrate.VerbFailed {
		b.findings.add(FindingMissing, "", e)
	}
	if c.Bytes >= b.opts.LargeMedia {
		b.findings.add(FindingLarge, "", e)
	}
}

// Conversation takes in what a conversation comes to, after its changes.
func (b *Builder) Conversation(c migrate.PlannedConversation) error {
	now := b.now
	b.now = newSubject()
	row := newRow(c)
	row.LastMessageAt, row.Bytes = now.last, now.bytes
	switch c.Status {
	case mapping.StatusDone:
		now.carry(b, c)
		row.Writes = now.sent + now.edited
		row.Seconds = int64(migrate.Chain(row.Writes) / time.Second)
	default: // nothing of it is carried
		s := c.Summary
		now.fidelity = mapping.Fidelity{Lost: 1 + s.Participants.Total + s.Messages.Total + s.Media.Total}
	}
	row.Fidelity = now.fidelity.Percent()
	b.fidelity.Add(now.fidelity)
	return b.rows.add(row)
}

// Finish makes the document, once the plan has ended with that report. The Builder
// must not be used any more; the Plan has to be closed.
func (b *Builder) Finish(r *migrate.Report) (*Plan, error) {
	p := &Plan{
		Run: r.Run, Summary: r.Summary, Losses: r.Losses, Problems: r.Problems, MoreProblems: r.MoreProblems, Unused: r.Unused,
		Policies: append([]Policy{}, b.opts.Policies...), Fidelity: Fidelity{b.fidelity, b.fidelity.Percent()},
		Findings: b.findings.list(), MediaChecked: b.opts.MediaChecked, Bytes: b.bytes,
		Lengths: newLengths(), Timeline: b.calendar.timeline(),
		Updates: b.updates, MoreUpdates: b.more, rows: b.rows, departed: b.departed,
	}
	for row, err := range p.Rows() {
		if err != nil {
			return nil, err
		}
		if row.Verb != migrate.VerbDelete {
			countLength(p.Lengths, row.Messages.Total-row.Messages.Delete)
		}
		b.events.note(eventDeletedInThread, eventDeleted, row.Messages.Delete, row.Members)
		b.work.thread(row)
	}
	b.people.requests(b.work.requests)
	p.Estimate = b.work.estimate(b.opts.Active, b.opts.Price)
	p.Events = b.events.events()
	return p, nil
}

// Close removes what the Builder keeps on disk, when it came to no Plan.
func (b *Builder) Close() error { return b.rows.close() }
