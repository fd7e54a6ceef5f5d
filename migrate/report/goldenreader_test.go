package report_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// arrived is a destination with one thread, and the ledger of its migration.
type arrived struct {
	migrate.VerifyACS
	migrate.LedgerReader
	people   []mapping.PersonRecord
	thread   mapping.ThreadRecord
	members  []mapping.ChatParticipant
	messages []mapping.ChatMessage
	receipts []mapping.ReadReceipt
	err      error // of listing messages
}

func each[T any](items []T, err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
		if err != nil {
			yield(*new(T), err)
		}
	}
}

func (a *arrived) Persons() iter.Seq2[mapping.PersonRecord, error] { return each(a.people, nil) }
func (a *arrived) Threads() iter.Seq2[mapping.ThreadRecord, error] {
	return each([]mapping.ThreadRecord{a.thread}, nil)
}

func (a *arrived) FetchThread(context.Context, mapping.CommunicationUserID, mapping.ThreadID) (mapping.ChatThread, error) {
	return mapping.ChatThread{ID: a.thread.Thread, Topic: "Order", CreatedBy: a.thread.CreatorID, RetentionKind: "none"}, nil
}

func (a *arrived) ListParticipants(context.Context, mapping.CommunicationUserID, mapping.ThreadID) iter.Seq2[mapping.ChatParticipant, error] {
	return each(a.members, nil)
}

func (a *arrived) ListMessages(context.Context, mapping.CommunicationUserID, mapping.ThreadID, time.Time) iter.Seq2[mapping.ChatMessage, error] {
	return each(a.messages, a.err)
}

func (a *arrived) ListReadReceipts(context.Context, mapping.CommunicationUserID, mapping.ThreadID) iter.Seq2[mapping.ReadReceipt, error] {
	return each(a.receipts, nil)
}

func arrival(sid mapping.ConversationSID) *arrived {
	message := func(id mapping.ChatMessageID, sid, part string) mapping.ChatMessage {
		md := mapping.Metadata{mapping.KeyMessageSID: sid}
		if part != "" {
			md[mapping.KeyPart] = part
		}
		return mapping.ChatMessage{ID: id, Type: mapping.TypeText, Sender: "8:acs:r_1", Metadata: md, CreatedOn: time.Unix(5, 0)}
	}
	person := func(kind mapping.PersonKind, name string, id mapping.CommunicationUserID) mapping.PersonRecord {
		return mapping.PersonRecord{Key: mapping.PersonKey{Kind: kind, Service: "IS1", Name: name}, ID: id}
	}
	return &arrived{
		people: []mapping.PersonRecord{
			person(mapping.PersonPlaceholder, "+15555550242", "8:acs:r_3"),
			person(mapping.PersonPlaceholder, "+15555550142", "8:acs:r_2"),
			person(mapping.PersonUser, "mia", "8:acs:r_1"),
			{Key: mapping.Keeper, ID: "8:acs:r_4"},
		},
		thread: mapping.ThreadRecord{
			Conversation: sid, Status: mapping.StatusDone, Thread: "19:x@thread.v2", CreatorID: "8:acs:r_1",
		},
		members: []mapping.ChatParticipant{{User: "8:acs:r_3"}, {User: "8:acs:r_9"}, {User: "8:acs:r_2"}, {User: "8:acs:r_1"}},
		messages: []mapping.ChatMessage{
			{ID: "1003", Type: mapping.TypeParticipantAdded, Event: &mapping.ThreadEvent{
				By: "8:acs:r_4", Members: []mapping.CommunicationUserID{"8:acs:r_3", "8:acs:r_2"},
			}}, message("1002", "IM2", "2/2"), message("1001", "IM2", "1/2"),
			message("999", "IM1", ""), {ID: "998", Type: mapping.TypeTopicUpdated, Event: &mapping.ThreadEvent{By: "8:acs:r_1", Topic: "Order"}},
		},
		receipts: []mapping.ReadReceipt{{User: "8:acs:r_1", Message: "1001"}, {User: "8:acs:r_1", Message: "999"}},
	}
}

func (a *arrived) documents(ctx context.Context) (map[string]string, error) {
	r := &report.GoldenReader{
		ACS: a, Ledger: a, Policies: map[string]string{"addresses": "mask"},
		Files: fstest.MapFS{
			"CH1/ME1/<b>.txt":                &fstest.MapFile{Data: []byte("hi")},
			"CH1/sidecar/conversation.json":  &fstest.MapFile{},
			"CH11/sidecar/conversation.json": &fstest.MapFile{Data: []byte("of another conversation")},
		},
	}
	came := &migrate.Report{
		Summary: migrate.Summary{Messages: migrate.Tally{Total: 2, Created: 2}},
		Losses:  []migrate.LossCount{{Code: "long-body", Severity: mapping.SeverityMinor, Title: "words", Remedy: "more words", Count: 1, Examples: []string{"IM2"}}},
	}
	documents := make(map[string]string)
	for d, err := range r.Documents(ctx, came) {
		if err != nil {
			return documents, err
		}
		documents[d.Name] = string(d.Text)
	}
	return documents, nil
}

func TestGoldenDocuments(t *testing.T) {
	got, err := arrival("CH1").documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"CH1.json": `{
  "conversation": "CH1",
  "files": {
    "CH1/ME1/<b>.txt": "sha256:8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4",
    "CH1/sidecar/conversation.json": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  },
  "format": "twilio2acs-golden/v1",
  "members": [
    {
      "user": "placeholder:IS1/SMS ••42"
    },
    {
      "user": "placeholder:IS1/SMS ••42 #2"
    },
    {
      "user": "unknown"
    },
    {
      "readTo": "IM2 1/2",
      "user": "user:IS1/mia"
    }
  ],
  "messages": [
    {
      "by": "user:IS1/mia",
      "id": "topicUpdated #1",
      "topic": "Order",
      "type": "topicUpdated"
    },
    {
      "id": "IM1",
      "metadata": {
        "twilioMessageSid": "IM1"
      },
      "sender": "user:IS1/mia",
      "type": "text"
    },
    {
      "id": "IM2 1/2",
      "metadata": {
        "twilioMessageSid": "IM2",
        "twilioPart": "1/2"
      },
      "sender": "user:IS1/mia",
      "type": "text"
    },
    {
      "id": "IM2 2/2",
      "metadata": {
        "twilioMessageSid": "IM2",
        "twilioPart": "2/2"
      },
      "sender": "user:IS1/mia",
      "type": "text"
    },
    {
      "by": "keeper",
      "id": "participantAdded #1",
      "members": [
        "placeholder:IS1/SMS ••42",
        "placeholder:IS1/SMS ••42 #2"
      ],
      "type": "participantAdded"
    }
  ],
  "status": "done",
  "thread": {
    "createdBy": "user:IS1/mia",
    "retention": "none",
    "topic": "Order"
  }
}
`,
		"users.json": `{
  "format": "twilio2acs-golden/v1",
  "users": {
    "keeper": "",
    "placeholder:IS1/SMS ••42": "",
    "placeholder:IS1/SMS ••42 #2": "",
    "user:IS1/mia": ""
  }
}
`,
		"summary.json": `{
  "format": "twilio2acs-golden/v1",
  "losses": [
    {
      "code": "long-body",
      "count": 1,
      "examples": [
        "IM2"
      ],
      "severity": "minor"
    }
  ],
  "policies": {
    "addresses": "mask"
  },
  "summary": {
    "conversations": {},
    "media": {},
    "messages": {
      "created": 2,
      "total": 2
    },
    "participants": {},
    "users": {}
  }
}
`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("documents (-want +got):\n%s", diff)
	}
}

// Whatever order things are listed in, the documents are the same.
func TestGoldenDocumentsHaveOneOrder(t *testing.T) {
	want, err := arrival("CH1").documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	turned := arrival("CH1")
	slices.Reverse(turned.people)
	slices.Reverse(turned.members)
	slices.Reverse(turned.messages)
	slices.Reverse(turned.receipts)
	got, err := turned.documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The SID of a conversation comes from outside and never becomes a path.
func TestGoldenFileNames(t *testing.T) {
	for _, sid := range []mapping.ConversationSID{"../../etc/passwd", "CH/1", ".", "", "con", "CH1\x00", mapping.ConversationSID(strings.Repeat("C", 300))} {
		a := arrival(sid)
		a.thread.Thread = ""
		got, err := a.documents(t.Context())
		if err != nil {
			t.Errorf("%q: %v", sid, err)
		}
		for name := range got {
			if strings.ContainsAny(name, "/\\\x00") || strings.HasPrefix(name, ".") || len(name) > 64 {
				t.Errorf("%q gives %q", sid, name)
			}
		}
		if len(got) != 3 {
			t.Errorf("%q gives %d documents", sid, len(got))
		}
	}
	if _, err := arrival("summary").documents(t.Context()); err == nil {
		t.Error("a conversation takes the place of the summary")
	}
}

func TestGoldenDocumentsEndWithTheirError(t *testing.T) {
	a := arrival("CH1")
	a.err = errors.New("broken off")
	if _, err := a.documents(t.Context()); !errors.Is(err, a.err) || !strings.Contains(err.Error(), "CH1") {
		t.Errorf("got %v", err)
	}
}

// Keys are sorted at every depth: parsed and encoded again, a document stays as it is.
func TestGoldenDocumentsAreCanonical(t *testing.T) {
	documents, err := arrival("CH1").documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range documents {
		tree, err := report.ParseGolden([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var again strings.Builder
		e := json.NewEncoder(&again)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(tree); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(again.String(), text); diff != "" {
			t.Errorf("%s (-sorted +got):\n%s", name, diff)
		}
	}
}
