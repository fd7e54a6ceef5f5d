package emulator_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/mapping"
)

func chatContract(t *testing.T) *contract {
	return loadContract(t, "Chat", "stable", "2025-03-15", "communicationserviceschat.json")
}

// identityVersions are the published documents of Identity.
var identityVersions = []string{"2025-06-30", "2026-09-23"}

func identityContract(t *testing.T, version string) *contract {
	return loadContract(t, "Identity", "stable", version, "CommunicationIdentity.json")
}

// TestClientContract lets the client of this repository call every operation,
// and checks what it sends and what it is answered.
func TestClientContract(t *testing.T) {
	for _, version := range identityVersions {
		t.Run("Identity "+version, func(t *testing.T) {
			k, s := identityContract(t, version), open(t, nil)
			identity, err := acsdest.NewIdentity(connectionTo(t, s), &acsdest.ClientOptions{Transport: k.through(s.Transport())})
			if err != nil {
				t.Fatal(err)
			}
			u, err := identity.CreateUser(t.Context(), &acsdest.CreateUserOptions{Scopes: []acsdest.TokenScope{acsdest.ScopeChat}})
			_, issued := identity.IssueToken(t.Context(), u.ID, nil)
			if err := errors.Join(err, issued, identity.RevokeTokens(t.Context(), u.ID), identity.DeleteUser(t.Context(), u.ID)); err != nil {
				t.Error(err)
			}
			k.checkAllSucceeded()
		})
	}
	t.Run("Chat", func(t *testing.T) {
		k, s := chatContract(t), open(t, nil)
		setup := client{t, s}
		members := tokensOf{}
		var ids []mapping.CommunicationUserID
		for range 3 {
			u := setup.user()
			members[mapping.CommunicationUserID(u.id)] = u.token
			ids = append(ids, mapping.CommunicationUserID(u.id))
		}
		chat, err := acsdest.NewChat(host, members, &acsdest.ClientOptions{Transport: k.through(s.Transport())})
		if err != nil {
			t.Fatal(err)
		}
		if err := callAll(t.Context(), chat, ids); err != nil {
			t.Error(err)
		}
		k.checkAllSucceeded()
	})
}

func connectionTo(t *testing.T, s *emulator.Server) acsdest.Connection {
	t.Helper()
	conn, err := acsdest.ParseConnectionString("endpoint=" + host + "/;accesskey=" + s.AccessKey())
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// tokensOf is a source of tokens that are known.
type tokensOf map[mapping.CommunicationUserID]string

func (m tokensOf) Token(_ context.Context, u mapping.CommunicationUserID) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: m[u]}, nil
}

// callAll calls each operation of Chat, lists page by page.
func callAll(ctx context.Context, chat *acsdest.Chat, users []mapping.CommunicationUserID) error {
	me, topic, edited := users[0], "new topic", "edited"
	made, _, err := chat.CreateThread(ctx, me, mapping.NewChatThread{
		Topic:        "topic",
		Metadata:     mapping.Metadata{"k": "v"},
		Participants: []mapping.ChatParticipant{{User: users[1], DisplayName: "Bo", Metadata: mapping.Metadata{"k": "v"}}},

		RetentionDays: 60,
	}, nil)
	if err != nil {
		return err
	}
	id, err := chat.SendMessage(ctx, me, made.ID, mapping.NewChatMessage{
		Content: "<p>hello</p>", SenderDisplayName: "Ada", Metadata: mapping.Metadata{"k": ""},
	}, &acsdest.SendMessageOptions{Type: mapping.TypeHTML})
	if err != nil {
		return err
	}
	_, added := chat.AddParticipants(ctx, me, made.ID, []mapping.ChatParticipant{{User: users[2]}, {User: unknownTo(users[2])}}, nil)
	_, got := chat.FetchThread(ctx, me, made.ID)
	_, read := chat.FetchMessage(ctx, me, made.ID, id)
	return errors.Join(added, got, read,
		chat.UpdateThread(ctx, me, made.ID, &acsdest.UpdateThreadOptions{Topic: &topic, Metadata: mapping.Metadata{"k": "w"}, Retention: &acsdest.Retention{}}),
		chat.UpdateMessage(ctx, me, made.ID, id, &acsdest.UpdateMessageOptions{Content: &edited, Metadata: mapping.Metadata{"l": "w"}}),
		chat.SendReadReceipt(ctx, me, made.ID, id),
		chat.SendTyping(ctx, me, made.ID, &acsdest.SendTypingOptions{SenderDisplayName: "Ada"}),
		chat.RemoveParticipant(ctx, me, made.ID, users[2]),
		drain(chat.ListMessages(ctx, me, made.ID, &acsdest.ListMessagesOptions{PageSize: 2})),
		drain(chat.ListParticipants(ctx, me, made.ID, &acsdest.ListParticipantsOptions{PageSize: 1})),
		drain(chat.ListReadReceipts(ctx, me, made.ID, &acsdest.ListReadReceiptsOptions{PageSize: 1})),
		chat.DeleteMessage(ctx, me, made.ID, id),
		drain(chat.ListMessages(ctx, me, made.ID, nil)),
		chat.DeleteThread(ctx, me, made.ID),
		drain(chat.ListThreads(ctx, me, nil)),
	)
}

// unknownTo is a well-formed user of the resource of u who was never created.
func unknownTo(u mapping.CommunicationUserID) mapping.CommunicationUserID {
	resource, _, _ := strings.Cut(string(u), "_")
	return mapping.CommunicationUserID(resource + "_00000000-0000-0000-0000-000000000000")
}

func drain[T any](list iter.Seq2[T, error]) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestRefusalsContract checks that each operation answers each documented
// refusal as documented, when the envelope is the documented one.
func TestRefusalsContract(t *testing.T) {
	chat := chatContract(t)
	s := open(t, &emulator.Options{Envelope: emulator.EnvelopeDocumented})
	c := client{t, s}
	u, stranger := c.user(), c.user()
	thread := c.thread("t", u)
	path := "/chat/threads/" + thread
	message := path + "/messages/" + c.send(u, thread, "x")
	me := toJSON(t, identifier(u.id))
	for _, op := range []struct{ method, path, body string }{
		{"POST", "/chat/threads", `{"topic":"t"}`},
		{"GET", "/chat/threads", ""},
		{"GET", path, ""},
		{"PATCH", path, `{"topic":"t"}`},
		{"GET", path + "/participants", ""},
		{"POST", path + "/participants/:add", `{"participants":[]}`},
		{"POST", path + "/participants/:remove", me},
		{"POST", path + "/messages", `{"content":"x"}`},
		{"GET", path + "/messages", ""},
		{"GET", message, ""},
		{"PATCH", message, `{"content":"y"}`},
		{"DELETE", message, ""},
		{"POST", path + "/readReceipts", `{"chatMessageId":"1591137790240"}`},
		{"GET", path + "/readReceipts", ""},
		{"POST", path + "/typing", ""},
		{"DELETE", path, ""},
	} {
		t.Run(op.method+" "+strings.NewReplacer(thread, "{id}").Replace(op.path), func(t *testing.T) {
			c := client{t, s}
			refuse := func(token string, status int) {
				t.Helper()
				chat.checkAnswer(c, op.method, op.path+"?api-version=2025-03-15", op.body, c.do(op.method, op.path+"?api-version=2025-03-15", token, op.body).want(t, status))
			}
			refuse("no token", http.StatusUnauthorized)
			refuse(c.user("voip").token, http.StatusForbidden)
			if strings.HasPrefix(op.path, path) {
				refuse(stranger.token, http.StatusForbidden)
			}
			for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
				s.Inject(emulator.Fault{Status: status, Times: 1})
				refuse(u.token, status)
			}
		})
	}
	if len(chat.succeeded) > 0 {
		t.Errorf("succeeded: %v; want refusals alone", chat.succeeded)
	}
}

// TestIdentityRefusalsContract does the same for Identity, whose documents allow
// any status.
func TestIdentityRefusalsContract(t *testing.T) {
	for _, version := range identityVersions {
		t.Run(version, func(t *testing.T) {
			k, s := identityContract(t, version), open(t, nil)
			c := client{t, s}
			user := "/identities/" + c.user().id
			for _, op := range []struct{ method, path, good, bad string }{
				{"POST", "/identities", `{}`, `{"createTokenWithScopes":["chat"],"expiresInMinutes":59}`},
				{"POST", user + "/:issueAccessToken", `{"scopes":["chat"]}`, `{"scopes":[]}`},
				{"POST", user + "/:revokeAccessTokens", "", ""},
				{"POST", "/teamsUser/:exchangeAccessToken", `{"token":"t","appId":"a","userId":"u"}`, `{}`},
				{"DELETE", user, "", ""},
			} {
				refuse := func(body string, status int, header ...string) {
					t.Helper()
					target := op.path + "?api-version=" + version
					k.checkAnswer(c, op.method, target, body, c.do(op.method, target, "", body, header...).want(t, status))
				}
				refuse(op.good, http.StatusUnauthorized, "x-ms-content-sha256", "AAAA")
				if op.bad != "" {
					refuse(op.bad, http.StatusBadRequest)
				}
				for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
					s.Inject(emulator.Fault{Status: status, Times: 1})
					refuse(op.good, status)
				}
			}
		})
	}
}

// checkAnswer is check for what a plain client was answered.
func (k *contract) checkAnswer(c client, method, target, body string, a answer) {
	k.t.Helper()
	u, err := url.Parse(host + target)
	if err != nil {
		k.t.Fatal(err)
	}
	k.check((&http.Request{Method: method, URL: u}).WithContext(c.t.Context()), []byte(body), &http.Response{StatusCode: a.status, Header: a.header}, []byte(a.raw))
}
