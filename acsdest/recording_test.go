package acsdest_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// exchange is one recorded call of a real ACS resource.
type exchange struct {
	Method string
	URL    string
	Status int
	Body   string
}

func (e exchange) answer() answer { return status(e.Status, e.Body) }

// Every recorded answer of Chat is read by the method that asks for it, and says
// there what it says in the recording.
func TestRecordings(t *testing.T) {
	var replayed int
	for _, file := range recordings(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			for _, e := range exchangesOf(t, file) {
				if replay(t, e) {
					replayed++
				}
			}
		})
	}
	if replayed < 150 {
		t.Errorf("%d exchanges replayed; there are more", replayed)
	}
}

var chatPath = regexp.MustCompile(`^/chat/threads(?:/([^/]+)(/.*)?)?$`)

// replay makes the call of e again. It reports false for what is no call of Chat.
func replay(t *testing.T, e exchange) bool {
	u, err := url.Parse(e.URL)
	if err != nil {
		t.Fatal(err)
	}
	match := chatPath.FindStringSubmatch(u.Path)
	if match == nil || u.Query().Has("syncState") || u.Query().Has("skip") {
		return false
	}
	s := play(e.answer())
	chat, err := acsdest.NewChat("https://"+u.Host, oneToken(secretToken), withTransport(s, nil))
	if err != nil {
		t.Fatal(err)
	}
	got, err := call(t, chat, e.Method, mapping.ThreadID(match[1]), match[2])
	if e.Status >= 400 {
		if a := asError(t, err); a.StatusCode() != e.Status || !a.NotDone() {
			t.Errorf("%s %s: %v; want a refusal with %d", e.Method, u.Path, err, e.Status)
		}
	} else if err != nil {
		t.Errorf("%s %s: %v", e.Method, u.Path, err)
	} else if diff := gocmp.Diff(factsIn(t, e.Body), got); diff != "" {
		t.Errorf("%s %s (-recorded +read):\n%s", e.Method, u.Path, diff)
	}
	if path, _ := url.PathUnescape(s.sent[0].URI); strings.Split(path, "?")[0] != u.Path || s.sent[0].Method != e.Method {
		t.Errorf("sent %s %s; recorded is %s %s", s.sent[0].Method, path, e.Method, u.Path)
	}
	return true
}

// call makes the call that method and path stand for, and returns the facts of its result.
func call(t *testing.T, chat *acsdest.Chat, method string, id mapping.ThreadID, rest string) (facts, error) {
	ctx := t.Context()
	kind, message := method+" "+rest, mapping.ChatMessageID("")
	if after, ok := strings.CutPrefix(rest, "/messages/"); ok {
		kind, message = method+" /messages/", mapping.ChatMessageID(after)
	}
	switch kind {
	case "POST ":
		thread, invalid, err := chat.CreateThread(ctx, alice, mapping.NewChatThread{}, nil)
		f := factsOfThread(thread)
		f.Invalid = len(invalid)
		return f, err
	case "GET ":
		if id == "" {
			return firstPage(t, chat.NewListThreadsPager(alice, nil), factsOfThread)
		}
		thread, err := chat.FetchThread(ctx, alice, id)
		return factsOfThread(thread), err
	case "PATCH ":
		return facts{}, chat.UpdateThread(ctx, alice, id, nil)
	case "DELETE ":
		return facts{}, chat.DeleteThread(ctx, alice, id)
	case "POST /messages":
		sent, err := chat.SendMessage(ctx, alice, id, hello, nil)
		return facts{ID: string(sent)}, err
	case "GET /messages":
		return firstPage(t, chat.NewListMessagesPager(alice, id, nil), factsOfMessage)
	case "GET /messages/":
		m, err := chat.FetchMessage(ctx, alice, id, message)
		return factsOfMessage(m), err
	case "PATCH /messages/":
		return facts{}, chat.UpdateMessage(ctx, alice, id, message, nil)
	case "DELETE /messages/":
		return facts{}, chat.DeleteMessage(ctx, alice, id, message)
	case "GET /participants":
		return firstPage(t, chat.NewListParticipantsPager(alice, id, nil), func(p mapping.ChatParticipant) facts {
			return facts{User: string(p.User), Name: p.DisplayName}
		})
	case "POST /participants/:add":
		added, err := chat.AddParticipants(ctx, alice, id, members(1), nil)
		return facts{Invalid: len(added.Invalid)}, err
	case "POST /participants/:remove":
		return facts{}, chat.RemoveParticipant(ctx, alice, id, bob)
	case "POST /readReceipts":
		return facts{}, chat.SendReadReceipt(ctx, alice, id, "1")
	case "GET /readReceipts":
		return firstPage(t, chat.NewListReadReceiptsPager(alice, id, nil), func(r mapping.ReadReceipt) facts {
			return facts{User: string(r.User), ID: string(r.Message)}
		})
	case "POST /typing":
		return facts{}, chat.SendTyping(ctx, alice, id, nil)
	}
	t.Fatalf("no method for %s", kind)
	return facts{}, nil
}

// facts are what is compared of an answer; those of a list are in Items.
type facts struct {
	ID, Topic, User, Name, Type, Content, Version, Created string
	Edited, Deleted                                        bool
	Metadata                                               mapping.Metadata
	Invalid                                                int
	Items                                                  []facts
}

func factsOfThread(t mapping.ChatThread) facts {
	f := facts{ID: string(t.ID), Topic: t.Topic, User: string(t.CreatedBy), Deleted: !t.DeletedOn.IsZero(), Metadata: t.Metadata}
	if !t.CreatedOn.IsZero() {
		f.Created = t.CreatedOn.Format("2006-01-02T15:04:05Z07:00")
	}
	return f
}

func factsOfMessage(m mapping.ChatMessage) facts {
	return facts{
		ID: string(m.ID), User: string(m.Sender), Name: m.SenderDisplayName, Type: m.Type, Content: m.Content,
		Version: m.Version, Created: m.CreatedOn.Format("2006-01-02T15:04:05Z07:00"),
		Edited: !m.EditedOn.IsZero(), Deleted: !m.DeletedOn.IsZero(), Metadata: m.Metadata,
	}
}

// firstPage reads one page of a list; the next one is an exchange of its own.
func firstPage[T any](t *testing.T, pager *runtime.Pager[acsdest.Page[T]], factsOf func(T) facts) (facts, error) {
	page, err := pager.NextPage(t.Context())
	var f facts
	for _, item := range page.Items {
		f.Items = append(f.Items, factsOf(item))
	}
	return f, err
}

// factsIn reads the facts out of a recorded body, by names alone.
func factsIn(t *testing.T, body string) facts {
	t.Helper()
	var v map[string]any
	if body != "" {
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatal(err)
		}
	}
	if thread, ok := v["chatThread"].(map[string]any); ok {
		v = thread
	}
	return factsOfJSON(v)
}

func factsOfJSON(v map[string]any) facts {
	text := func(name string) string { s, _ := v[name].(string); return s }
	object := func(name string) map[string]any { o, _ := v[name].(map[string]any); return o }
	f := facts{
		ID: cmp.Or(text("id"), text("chatMessageId")), Topic: text("topic"), Name: cmp.Or(text("senderDisplayName"), text("displayName")),
		Type: text("type"), Version: text("version"), Created: text("createdOn"),
		Edited: text("editedOn") != "", Deleted: text("deletedOn") != "",
	}
	f.Content, _ = object("content")["message"].(string)
	for _, name := range []string{"senderCommunicationIdentifier", "createdByCommunicationIdentifier", "communicationIdentifier"} {
		user, _ := object(name)["communicationUser"].(map[string]any)
		if id, ok := user["id"].(string); ok {
			f.User = id
		}
	}
	for name, value := range object("metadata") {
		if f.Metadata == nil {
			f.Metadata = mapping.Metadata{}
		}
		f.Metadata[name] = value.(string)
	}
	items, _ := v["value"].([]any)
	for _, item := range items {
		f.Items = append(f.Items, factsOfJSON(item.(map[string]any)))
	}
	return f
}

// A recorded list is followed from page to page by the recorded links.
func TestRecordedLinks(t *testing.T) {
	var pages []exchange
	for _, e := range exchangesOf(t, filepath.Join(shared(t), "recordings/acs/transcribed/js-chat-2023.json")) {
		if strings.Contains(e.URL, "maxPageSize=3") {
			pages = append(pages, e)
		}
	}
	s := play(pages[0].answer(), pages[1].answer())
	chat, err := acsdest.NewChat("https://endpoint", oneToken(secretToken), withTransport(s, nil))
	if err != nil {
		t.Fatal(err)
	}
	var ids []mapping.ChatMessageID
	for m, err := range chat.ListMessages(t.Context(), alice, thread, &acsdest.ListMessagesOptions{PageSize: 3}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.ID)
	}
	if got := "https://endpoint" + s.sent[1].URI; got != pages[1].URL {
		t.Errorf("followed %s; recorded is %s", got, pages[1].URL)
	}
	if want := []mapping.ChatMessageID{"1697712387445", "1697712386709", "1697712385894", "1697712385799"}; gocmp.Diff(want, ids) != "" {
		t.Errorf("listed %v; want %v", ids, want)
	}
}

// shared is the directory of recordings and contracts beside the repository.
func shared(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "..", "shared")
	if _, err := os.Stat(filepath.Join(dir, "recordings", "acs")); err != nil {
		t.Skip("NOT TESTED: no recordings and contracts in ../shared beside the repository")
	}
	return dir
}

func recordings(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"android-session-records", "ios-recordings/interactions", "transcribed"} {
		found, err := filepath.Glob(filepath.Join(shared(t), "recordings/acs", pattern, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

// exchangesOf reads a recording in any of the three forms there are.
func exchangesOf(t *testing.T, file string) []exchange {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Android []struct {
			Method, URI string
			Response    struct{ StatusCode, Body string }
		} `json:"networkCallRecords"`
		IOS []struct {
			Request  struct{ Method, URL string }
			Response struct {
				Status int
				Body   json.RawMessage
				URL    string
			}
		} `json:"interactions"`
		Transcribed []struct {
			Method, URL  string
			Status       int
			ResponseBody json.RawMessage
		} `json:"entries"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	var all []exchange
	for _, c := range r.Android {
		code, err := strconv.Atoi(c.Response.StatusCode)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, exchange{c.Method, c.URI, code, c.Response.Body})
	}
	for _, c := range r.IOS {
		all = append(all, exchange{c.Request.Method, c.Response.URL, c.Response.Status, bodyText(c.Response.Body)})
	}
	for _, c := range r.Transcribed {
		all = append(all, exchange{cmp.Or(c.Method, http.MethodGet), c.URL, c.Status, bodyText(c.ResponseBody)})
	}
	return all
}

func bodyText(raw json.RawMessage) string {
	if string(raw) == "null" || string(raw) == `""` {
		return ""
	}
	return string(raw)
}
