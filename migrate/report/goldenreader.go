package report

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// A GoldenReader reads back what a migration has written, as golden files tell it.
type GoldenReader struct {
	ACS    migrate.VerifyACS
	Ledger migrate.LedgerReader
	// Files is the media store, nil when there is none.
	Files fs.FS
	// Policies say by which rules it was written, as far as they are not the default.
	Policies map[string]string
}

// The golden files that are about no single conversation.
const (
	goldenSummaryFile = "summary.json"
	goldenUsersFile   = "users.json"
)

// Documents reads everything back: each thread as one of its members, in the order
// of the conversations, then the users and the summary of what came of the run. One
// thread is held in memory at a time. An error comes once, last.
func (r *GoldenReader) Documents(ctx context.Context, came *migrate.Report) iter.Seq2[GoldenDocument, error] {
	return func(yield func(GoldenDocument, error) bool) {
		err := r.documents(ctx, came, func(d GoldenDocument) bool { return yield(d, nil) })
		if err != nil && !errors.Is(err, errEnough) {
			yield(GoldenDocument{}, err)
		}
	}
}

// errEnough ends a reading of which nobody wants more.
var errEnough = errors.New("enough")

func (r *GoldenReader) documents(ctx context.Context, came *migrate.Report, yield func(GoldenDocument) bool) error {
	names, err := nameUsers(r.Ledger)
	if err != nil {
		return err
	}
	emit := func(name, title string, v any) error {
		text, err := canonical(v)
		if err != nil {
			return err
		}
		if !yield(GoldenDocument{Name: name, Title: title, Text: text}) {
			return errEnough
		}
		return nil
	}
	for rec, err := range r.Ledger.Threads() {
		if err != nil {
			return fmt.Errorf("list threads: %w", err)
		}
		name, err := goldenFile(rec.Conversation)
		if err != nil {
			return err
		}
		thread, err := r.thread(ctx, rec, names)
		if err != nil {
			return fmt.Errorf("read back conversation %s: %w", rec.Conversation, err)
		}
		if err := emit(name, rec.Content.Topic, thread); err != nil {
			return err
		}
	}
	if err := emit(goldenUsersFile, "users", goldenUsers{Format: GoldenFormat, Users: names.sids}); err != nil {
		return err
	}
	summary, err := summaryOf(came, r.Policies)
	if err != nil {
		return err
	}
	return emit(goldenSummaryFile, "summary", summary)
}

// goldenFile is the name of the golden file of a conversation.
func goldenFile(c mapping.ConversationSID) (string, error) {
	name := mapping.ConversationFolder(c) + goldenExtension
	if name == goldenSummaryFile || name == goldenUsersFile {
		return "", fmt.Errorf("a conversation cannot be named %q: its golden file would be that of another thing", c)
	}
	return name, nil
}

// thread reads one thread back.
func (r *GoldenReader) thread(ctx context.Context, rec mapping.ThreadRecord, names *goldenNames) (*goldenThread, error) {
	g := &goldenThread{
		Conversation: rec.Conversation, Format: GoldenFormat, Losses: rec.Losses, Reason: rec.Reason,
		Status: cmp.Or(rec.Status, "pending"),
	}
	var err error
	if g.Files, err = r.files(ctx, rec.Conversation); err != nil || rec.Thread == "" {
		return g, err
	}
	as := rec.Acting()
	got, err := r.ACS.FetchThread(ctx, as, rec.Thread)
	if err != nil {
		return nil, err
	}
	g.Thread = &goldenProperties{
		CreatedBy: names.user(got.CreatedBy), Metadata: got.Metadata, Retention: got.Retention(), Topic: got.Topic,
	}
	messageNames := make(map[mapping.ChatMessageID]string)
	if g.Messages, err = r.messages(ctx, as, rec.Thread, names, messageNames); err != nil {
		return nil, err
	}
	g.Members, err = r.members(ctx, as, rec.Thread, names, messageNames)
	return g, err
}

// messages lists the messages in the order in which they arrived, and names them
// in byID.
func (r *GoldenReader) messages(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, names *goldenNames, byID map[mapping.ChatMessageID]string) ([]goldenMessage, error) {
	var listed []mapping.ChatMessage
	for m, err := range r.ACS.ListMessages(ctx, as, thread, time.Time{}) {
		if err != nil {
			return nil, err
		}
		listed = append(listed, m)
	}
	slices.SortFunc(listed, func(a, b mapping.ChatMessage) int {
		return cmp.Or(cmp.Compare(millisecond(a.ID), millisecond(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	var namer messageNamer
	messages := make([]goldenMessage, len(listed))
	for i, m := range listed {
		byID[m.ID] = namer.name(m)
		messages[i] = goldenMessageOf(m, byID[m.ID], names)
	}
	return messages, nil
}

func goldenMessageOf(m mapping.ChatMessage, name string, names *goldenNames) goldenMessage {
	g := goldenMessage{
		Content: m.Content, Deleted: !m.DeletedOn.IsZero(), Edited: !m.EditedOn.IsZero(), ID: name,
		Metadata: m.Metadata, Sender: names.user(m.Sender), SenderDisplayName: m.SenderDisplayName, Type: m.Type,
	}
	if e := m.Event; e != nil {
		g.By, g.Topic = names.user(e.By), e.Topic
		for _, member := range e.Members {
			g.Members = append(g.Members, names.user(member))
		}
		slices.Sort(g.Members)
	}
	return g
}

// millisecond is the time at which a message arrived, which its ID tells.
func millisecond(id mapping.ChatMessageID) int64 {
	n, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil {
		return -1 // ACS has none like that
	}
	return n
}

// members lists the members by name, each with what it has read.
func (r *GoldenReader) members(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, names *goldenNames, messages map[mapping.ChatMessageID]string) ([]goldenMember, error) {
	read := make(map[mapping.CommunicationUserID]mapping.ChatMessageID)
	for mark, err := range r.ACS.ListReadReceipts(ctx, as, thread) {
		if err != nil {
			return nil, err
		}
		if last, ok := read[mark.User]; !ok || millisecond(mark.Message) > millisecond(last) {
			read[mark.User] = mark.Message
		}
	}
	var members []goldenMember
	for p, err := range r.ACS.ListParticipants(ctx, as, thread) {
		if err != nil {
			return nil, err
		}
		members = append(members, goldenMember{
			DisplayName: p.DisplayName, Metadata: p.Metadata, ReadTo: messages[read[p.User]], User: names.user(p.User),
		})
	}
	slices.SortFunc(members, func(a, b goldenMember) int { return cmp.Compare(a.User, b.User) })
	return members, nil
}

// files are the digests of what is stored of a conversation, by key.
func (r *GoldenReader) files(ctx context.Context, c mapping.ConversationSID) (map[string]string, error) {
	if r.Files == nil {
		return nil, nil
	}
	digests := make(map[string]string)
	err := fs.WalkDir(r.Files, mapping.ConversationFolder(c), func(key string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // nothing was stored
		case err != nil || entry.IsDir():
			return errors.Join(err, ctx.Err())
		}
		digests[key], err = digestOf(r.Files, key)
		return err
	})
	return digests, err
}

func digestOf(files fs.FS, key string) (string, error) {
	f, err := files.Open(key)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", key, err)
	}
	return fmt.Sprintf("sha256:%x", h.Sum(nil)), nil
}
