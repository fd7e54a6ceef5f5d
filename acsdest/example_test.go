package acsdest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// Two users are created, and one writes to the other.
func Example() {
	connectionString, opts, end := exampleResource() // in a program: from its environment, and nil
	defer end()
	ctx := context.Background()

	conn, err := acsdest.ParseConnectionString(connectionString)
	if err != nil {
		log.Fatal(err)
	}
	identity, err := acsdest.NewIdentity(conn, opts)
	if err != nil {
		log.Fatal(err)
	}
	tokens := acsdest.NewTokens(identity, nil)
	chat, err := acsdest.NewChat(conn.Endpoint, tokens, opts)
	if err != nil {
		log.Fatal(err)
	}

	ann, err := tokens.CreateUser(ctx)
	if err != nil {
		log.Fatal(err)
	}
	ben, err := tokens.CreateUser(ctx)
	if err != nil {
		log.Fatal(err)
	}
	thread, refused, err := chat.CreateThread(ctx, ann, mapping.NewChatThread{
		Topic: "Lunch",
		Participants: []mapping.ChatParticipant{
			{User: ann, DisplayName: "Ann"},
			{User: ben, DisplayName: "Ben"},
		},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range refused {
		log.Printf("%s was not taken: %s", p.User, p.Message)
	}
	if _, err := chat.SendMessage(ctx, ann, thread.ID, mapping.NewChatMessage{Content: "At noon?"}, nil); err != nil {
		log.Fatal(err)
	}

	for message, err := range chat.ListMessages(ctx, ben, thread.ID, nil) {
		if err != nil {
			log.Fatal(err)
		}
		if message.Type == mapping.TypeText {
			fmt.Println(message.Content)
		}
	}
	// Output: At noon?
}

// What to do after a failed send depends on what is known about it.
func ExampleError() {
	chat, ann, end := exampleChat()
	defer end()
	ctx := context.Background()

	_, err := chat.SendMessage(ctx, ann, "19:unknown@thread.v2", mapping.NewChatMessage{Content: "At noon?"}, nil)
	var e *acsdest.Error
	if errors.As(err, &e) {
		switch e.Outcome {
		case acsdest.OutcomeNotDone:
			fmt.Println("it may be sent again:", e.Status, e.Message)
		case acsdest.OutcomeDone:
			fmt.Println("it is there; its ID is in the thread:", err)
		case acsdest.OutcomeOpen:
			fmt.Println("only the thread can tell:", err)
		}
	}
	// Output: it may be sent again: 404 The specified thread id was not found.
}

// Who wrote a migrated message, and when, is in its metadata.
func ExampleChat_ListMessages() {
	chat, ann, end := exampleChat()
	defer end()
	ctx := context.Background()
	thread := migratedThread(chat, ann)

	for message, err := range chat.ListMessages(ctx, ann, thread, nil) {
		if err != nil {
			log.Fatal(err)
		}
		wrote := message.CreatedOn
		if at, err := time.Parse(time.RFC3339, message.Metadata[mapping.KeyCreatedAt]); err == nil {
			wrote = at
		}
		if message.Type == mapping.TypeText {
			fmt.Println(wrote.Format(time.DateTime), message.SenderDisplayName, message.Content)
		}
	}
	// Output: 2021-06-30 09:15:00 Ann Moved with all its past.
}

// Pages are for those who show one after the other.
func ExampleChat_NewListMessagesPager() {
	chat, ann, end := exampleChat()
	defer end()
	ctx := context.Background()
	thread := migratedThread(chat, ann)

	pager := chat.NewListMessagesPager(ann, thread, &acsdest.ListMessagesOptions{PageSize: 50})
	for pager.More() {
		page, err := pager.NextPage(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("messages on this page:", len(page.Items))
	}
	// Output: messages on this page: 3
}

// An application gets tokens that do not let its customers delete threads.
func ExampleIdentity_IssueToken() {
	connectionString, opts, end := exampleResource()
	defer end()
	ctx := context.Background()
	conn, err := acsdest.ParseConnectionString(connectionString)
	if err != nil {
		log.Fatal(err)
	}
	identity, err := acsdest.NewIdentity(conn, opts)
	if err != nil {
		log.Fatal(err)
	}
	user, err := identity.CreateUser(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}

	token, err := identity.IssueToken(ctx, user.ID, &acsdest.IssueTokenOptions{
		Scopes:    []acsdest.TokenScope{acsdest.ScopeChatJoinLimited},
		ExpiresIn: 2 * time.Hour,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.Token != "")
	// Output: true
}

// migratedThread is a thread in which Ann is alone with a message of the past.
func migratedThread(chat *acsdest.Chat, ann mapping.CommunicationUserID) mapping.ThreadID {
	ctx := context.Background()
	thread, _, err := chat.CreateThread(ctx, ann, mapping.NewChatThread{
		Topic: "Before", Participants: []mapping.ChatParticipant{{User: ann, DisplayName: "Ann"}},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	_, err = chat.SendMessage(ctx, ann, thread.ID, mapping.NewChatMessage{
		Content: "Moved with all its past.", SenderDisplayName: "Ann",
		Metadata: mapping.Metadata{mapping.KeyMessageSID: "IM1", mapping.KeyCreatedAt: "2021-06-30T09:15:00Z"},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	return thread.ID
}

// exampleChat is a client, and a user to call it as.
func exampleChat() (chat *acsdest.Chat, ann mapping.CommunicationUserID, end func()) {
	connectionString, opts, end := exampleResource()
	conn, err := acsdest.ParseConnectionString(connectionString)
	if err != nil {
		log.Fatal(err)
	}
	identity, err := acsdest.NewIdentity(conn, opts)
	if err != nil {
		log.Fatal(err)
	}
	tokens := acsdest.NewTokens(identity, nil)
	if chat, err = acsdest.NewChat(conn.Endpoint, tokens, opts); err != nil {
		log.Fatal(err)
	}
	if ann, err = tokens.CreateUser(context.Background()); err != nil {
		log.Fatal(err)
	}
	return chat, ann, end
}

// exampleResource stands in for an ACS resource: the embedded one, as tests of other
// programs may use it too.
func exampleResource() (connectionString string, opts *acsdest.ClientOptions, end func()) {
	dir, err := os.MkdirTemp("", "acs")
	if err != nil {
		log.Fatal(err)
	}
	server, err := emulator.Open(dir, nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := server.Listen("127.0.0.1:0"); err != nil {
		log.Fatal(err)
	}
	transport, err := acsdest.TransportWithCA(server.CAFile())
	if err != nil {
		log.Fatal(err)
	}
	end = func() {
		transport.CloseIdleConnections()
		if err := errors.Join(server.Close(), os.RemoveAll(dir)); err != nil {
			log.Fatal(err)
		}
	}
	return server.ConnectionString(), &acsdest.ClientOptions{Transport: transport}, end
}
