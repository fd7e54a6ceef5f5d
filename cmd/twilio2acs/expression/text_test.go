package expression_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/expression"
	"github.com/twilio2acs/twilio2acs/mapping"
)

var said = mapping.Message{
	SID: "IM1", Index: 7, Author: "ann", Body: "hello",
	Attributes:  `{"reactions":{"c":["x","y"],"a":["z"],"b":[],"d":[],"e":[]},"n":3,"half":0.5,"yes":true,"nothing":null,"list":[1]}`,
	DateCreated: "2024-05-01T00:00:00Z", DateUpdated: "2024-05-01T00:00:00Z",
	Media: []mapping.Media{{SID: "ME1", Size: 10, ContentType: "image/png"}},
}

func TestText(t *testing.T) {
	tests := []struct{ text, want string }{
		{`message.body + "!"`, "hello!"},
		{`message.index`, "7"},
		{`message.attributes.n`, "3"},
		{`message.attributes.half`, "0.5"},
		{`message.attributes.yes`, "true"},
		{`message.attributes.nothing`, ""},
		{`message.attributes.?missing`, ""},
		{`message.attributes.?n`, "3"},
		{`message.attributes.?missing.orValue("none")`, "none"},
		{`has(message.attributes.missing) ? message.attributes.missing : ""`, ""},
		{`message.dateCreated`, "2024-05-01T00:00:00Z"},
		{`message.media.map(m, m.contentType + " " + m.category).join()`, "image/png media"},
		{`message.media[0].size > 9`, "true"},
	}
	for _, tt := range tests {
		var x expression.Text[expression.LoneMessageScope]
		if err := x.Set(tt.text); err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got, err := x.Of(expression.LoneMessageScope{Message: said}); got != tt.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", tt.text, got, err, tt.want)
		}
	}
}

// What is made of an item is the same every time, although JSON objects have no order.
func TestTextIsTheSameEveryTime(t *testing.T) {
	var x expression.Text[expression.LoneMessageScope]
	if err := x.Set(`message.attributes.reactions.map(r, r + string(size(message.attributes.reactions[r]))).join(" ")`); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if got, err := x.Of(expression.LoneMessageScope{Message: said}); got != "a1 b0 c2 d0 e0" || err != nil {
			t.Fatalf("got %q, %v", got, err)
		}
	}
}

// An expression without an answer says where and why, and quotes nobody.
func TestTextWithoutAnswer(t *testing.T) {
	tests := []struct {
		text, attributes, want string
	}{
		{`"x" + message.attributes.ticket`, "", "character 25: what it reads is not there"},
		{`message.attributes.ticket`, "no JSON", "character 19: what it reads is not there"},
		{`message.attributes`, "{}", "it is map, but must be a text"},
		{`string(int(message.body))`, "", "character 11: it cannot be evaluated"},
		{`string(timestamp(message.author))`, "", "character 17: it cannot be evaluated"},
	}
	for _, tt := range tests {
		var x expression.Text[expression.LoneMessageScope]
		if err := x.Set(tt.text); err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		m := said
		m.Attributes = tt.attributes
		got, err := x.Of(expression.LoneMessageScope{Message: m})
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %q, %v; want the error %q", tt.text, got, err, tt.want)
		}
	}
}

func TestFields(t *testing.T) {
	var f expression.Fields[expression.ConversationScope]
	values := []string{"ticket=conversation.attributes.ticketId", `state = conversation.state == "closed" ? "done" : "open"`}
	if err := f.Replace(values); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	f.Each(func(key string, of func(expression.ConversationScope) (string, error)) {
		text, err := of(expression.ConversationScope{Conversation: about})
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
		got[key] = text
	})
	if diff := cmp.Diff(map[string]string{"ticket": "T7", "state": "done"}, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	for _, tt := range []struct{ value, want string }{
		{"ticket", "must look like ticket="},
		{"ticket=", "must look like ticket="},
		{"ticket=conversation.sid", "stands there twice"},
		{"twilioX=conversation.sid", "begin with twilio"},
		{"hasAttachment=conversation.sid", "key of attachments"},
		{"a b=conversation.sid", "must be of letters"},
		{"x=conversation", "x: character 1: is expression.Conversation, but must be a text"},
		{"x=message.body", "x: character 1: undeclared reference"},
	} {
		if err := f.Append(tt.value); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.value, err, tt.want)
		}
	}
	var wrong interface{ Item() int }
	if err := f.Replace([]string{values[0], "x=nobody"}); !errors.As(err, &wrong) || wrong.Item() != 1 {
		t.Errorf("error %v does not say which value is wrong", err)
	}
}

// Whatever is written and whatever it is about: no panic, no answer that changes, and
// no text of people in an error.
func FuzzText(f *testing.F) {
	f.Add(`message.attributes.reactions.map(r, r).join(",")`, `{"reactions":{"a":1,"b":2}}`, "secret-body")
	f.Add(`message.attributes.x`, `{`, "secret-body")
	f.Add(`message.body.matches("(a+)+$") ? "a" : int(message.body)`, `{}`, "secret-body")
	f.Fuzz(func(t *testing.T, text, attributes, body string) {
		var x expression.Text[expression.LoneMessageScope]
		if x.Set(text) != nil || text == "" {
			return
		}
		about := expression.LoneMessageScope{Message: mapping.Message{Attributes: attributes, Body: body}}
		got, err := x.Of(about)
		again, errAgain := x.Of(about)
		if got != again || (err == nil) != (errAgain == nil) {
			t.Errorf("%s: %q, %v, then %q, %v", text, got, err, again, errAgain)
		}
		if err != nil && strings.HasPrefix(body, "secret-") && strings.Contains(err.Error(), body) {
			t.Errorf("%s: the error quotes the message: %v", text, err)
		}
	})
}
