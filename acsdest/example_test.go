package acsdest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// Two users are created, and one writes to the other.
func Example() {
	connectionString, opts := exampleResource() // in a program: from its environment, and nil
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
		fmt.Println(message.Content)
	}
	// Output: At noon?
}

// What to do after a failed send depends on what is known about it.
func ExampleError() {
	chat := exampleChat()
	_, err := chat.SendMessage(context.Background(), "8:acs:ann", "19:unknown@thread.v2", mapping.NewChatMessage{Content: "At noon?"}, nil)

	var e *acsdest.Error
	if errors.As(err, &e) {
		switch e.Outcome {
		case acsdest.OutcomeNotDone:
			fmt.Println("it may be sent again:", err)
		case acsdest.OutcomeDone:
			fmt.Println("it is there; its ID is in the thread:", err)
		case acsdest.OutcomeOpen:
			fmt.Println("only the thread can tell:", err)
		}
	}
	// Output: it may be sent again: send message: 404 Not Found: The specified thread id was not found.
}

func ExampleChat_NewListMessagesPager() {
	chat := exampleChat()
	pager := chat.NewListMessagesPager("8:acs:ann", "19:lunch@thread.v2", nil)
	for pager.More() {
		page, err := pager.NextPage(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Items), "message on this page")
	}
	// Output: 1 message on this page
}

func exampleChat() *acsdest.Chat {
	connectionString, opts := exampleResource()
	conn, err := acsdest.ParseConnectionString(connectionString)
	if err != nil {
		log.Fatal(err)
	}
	chat, err := acsdest.NewChat(conn.Endpoint, oneToken("token"), opts)
	if err != nil {
		log.Fatal(err)
	}
	return chat
}

// exampleResource stands in for an ACS resource: it says the same to everybody.
func exampleResource() (string, *acsdest.ClientOptions) {
	answers := map[string]string{
		"/identities":   `{"identity":{"id":"8:acs:ann"},"accessToken":{"token":"t","expiresOn":"2100-01-01T00:00:00Z"}}`,
		"/chat/threads": `{"chatThread":{"id":"19:lunch@thread.v2"}}`,
		"/chat/threads/19:lunch@thread.v2/messages": `{"id":"1","value":[{"id":"1","type":"text","content":{"message":"At noon?"}}]}`,
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			answer = `{"error":{"code":"NotFound","message":"The specified thread id was not found."}}`
		}
		_, _ = io.WriteString(w, answer)
	}))
	return "endpoint=" + server.URL + "/;accesskey=" + testKey, &acsdest.ClientOptions{Transport: server.Client()}
}
