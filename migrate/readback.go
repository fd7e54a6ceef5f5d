package migrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// stood is a message as it stands in the thread, in as few bytes as tell
// whether it is the right one.
type stood struct {
	id      int64
	sid     mapping.MessageSID
	part    string
	sender  mapping.CommunicationUserID
	digest  string
	deleted bool
}

// messages compares the thread's messages with the conversation's, in order.
func (t *verified) messages(ctx context.Context) error {
	table, err := t.readThread(ctx)
	if outcomeOf(err) == refused {
		t.differ("messages", "a list", err.Error())
		return nil
	}
	if err != nil {
		return step("read the messages", err)
	}
	known := newKnown(t.ledger, t.c.SID, -1)
	defer known.stop()
	w := newWalk(table)
	for m, err := range t.src.Messages(ctx, t.c, -1) {
		if err != nil {
			return unreadable("list messages", err)
		}
		if err := t.message(ctx, m, known, w); err != nil {
			return step("message "+string(m.SID), err)
		}
	}
	for _, s := range w.unclaimed() {
		t.differ("messages/"+string(s.sid), "one message", fmt.Sprintf("another, ACS message %d", s.id))
	}
	gone, err := known.rest()
	t.sum.Messages.Pending += gone
	t.sum.Messages.Total += gone
	return ledgerFailure(err)
}

// readThread reads all messages of this program, ordered by arrival, and counts
// those of others.
func (t *verified) readThread(ctx context.Context) ([]stood, error) {
	var table []stood
	err := t.patience.do(ctx, func(ctx context.Context) error {
		table, t.foreign = table[:0], 0
		for m, err := range t.acs.ListMessages(ctx, t.as, t.rec.Thread, time.Time{}) {
			if err != nil {
				return err
			}
			if m.Type != mapping.TypeText && m.Type != mapping.TypeHTML {
				continue
			}
			id, err := strconv.ParseInt(string(m.ID), 10, 64)
			sid := m.Metadata[mapping.KeyMessageSID]
			if sid == "" && m.DeletedOn.IsZero() || err != nil {
				t.foreign++
				continue
			}
			table = append(table, stood{
				// A tombstone has lost its metadata; its place tells which message it was.
				id: id, sid: mapping.MessageSID(strings.Clone(sid)), part: m.Metadata[mapping.KeyPart],
				sender: m.Sender, digest: m.Digest(), deleted: !m.DeletedOn.IsZero(),
			})
		}
		return nil
	})
	slices.SortFunc(table, func(a, b stood) int { return cmp.Compare(a.id, b.id) })
	table = slices.CompactFunc(table, func(a, b stood) bool { return a.id == b.id })
	return table, err
}

// message compares one message of the source with what stands for it.
func (t *verified) message(ctx context.Context, m mapping.Message, known *known, w *walk) error {
	t.sum.Messages.Total++
	rec, there, err := known.at(m.Index)
	if err != nil {
		return ledgerFailure(err)
	}
	if !there {
		t.sum.Messages.Pending++
		t.sum.Media.Total += int64(len(m.Media))
		t.sum.Media.Pending += int64(len(m.Media))
		return nil
	}
	found, err := t.media(ctx, m)
	if err != nil {
		return err
	}
	draft, _ := t.rules.ChatMessage(t.roster, m, found)
	if !sameSource(rec, m, draft) {
		t.sum.Messages.Pending++ // edited in Twilio since: the next sync's business
		w.skip(rec.SID)
		return nil
	}
	if rec.Stub {
		draft, _ = stubOf(t.rules, t.roster, m)
	}
	before := len(t.diffs)
	from, err := t.person(draft.Sender.Key)
	if err != nil {
		return err
	}
	for i, part := range draft.Parts {
		want := expected{m.SID, partOf(i, len(draft.Parts)), from, part}
		if err := t.part(ctx, m, want, w, rec); err != nil {
			return err
		}
	}
	if len(t.diffs) > before {
		t.sum.Messages.Failed++
	} else {
		t.sum.Messages.Unchanged++
	}
	return nil
}

// part compares one message of the thread.
func (t *verified) part(ctx context.Context, m mapping.Message, want expected, w *walk, rec mapping.MessageRecord) error {
	path := fmt.Sprintf("messages/%s", m.SID)
	if want.part != "" {
		path += "/parts/" + want.part
	}
	got, ok, inOrder := w.claim(want.sid, want.part, rec.IDs)
	switch {
	case !ok:
		t.differ(path, "a message", "none")
		return nil
	case got.deleted:
		t.differ(path, "a message", fmt.Sprintf("a deleted one, ACS message %d", got.id))
		return nil
	case !inOrder:
		t.differ(path, "its place in the order of the conversation", fmt.Sprintf("another one, ACS message %d", got.id))
	}
	if got.sender != want.from {
		t.differ(path+"/sender", string(want.from), string(got.sender))
	}
	if got.digest == want.message.Digest() {
		return nil
	}
	return t.explain(ctx, path, want, got)
}

// explain reads a message that is not as it should be again, to name the fields.
func (t *verified) explain(ctx context.Context, path string, want expected, at stood) error {
	var got mapping.ChatMessage
	err := t.patience.do(ctx, func(ctx context.Context) (err error) {
		got, err = t.acs.FetchMessage(ctx, t.as, t.rec.Thread, mapping.ChatMessageID(strconv.FormatInt(at.id, 10)))
		return err
	})
	if err != nil {
		return step("read an ACS message", err)
	}
	t.compare(path+"/content", want.message.Content, got.Content)
	t.compare(path+"/senderDisplayName", want.message.SenderDisplayName, got.SenderDisplayName)
	t.compareMetadata(path+"/metadata", want.message.Metadata, got.Metadata)
	for k := range got.Metadata {
		if _, ok := want.message.Metadata[k]; !ok {
			t.differ(path+"/metadata/"+k, "nothing", excerpt(got.Metadata[k], 0))
		}
	}
	return nil
}

// media compares the stored files of m with those of the source and reads those
// that are its content.
func (t *verified) media(ctx context.Context, m mapping.Message) (map[mapping.MediaSID]mapping.FoundMedia, error) {
	found := make(map[mapping.MediaSID]mapping.FoundMedia, len(m.Media))
	for _, f := range m.Media {
		rec, there, err := t.ledger.Media(t.c.SID, f.SID)
		if err != nil {
			return nil, ledgerFailure(err)
		}
		tally := sentMediaTally(rec, there, t.rules)
		fm := mapping.FoundMedia{Missing: rec.Missing}
		if there && rec.Missing == "" && t.store != nil {
			same, err := t.file(ctx, m, f, rec)
			if err != nil {
				return nil, err
			}
			if !same {
				tally.Unchanged, tally.Failed = 0, 1
			}
		}
		t.sum.Media.add(tally)
		if f.NeedsText() && rec.Missing == "" {
			fm.Text, err = mediaText(ctx, t.src, t.c, f)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		found[f.SID] = fm
	}
	return found, nil
}
