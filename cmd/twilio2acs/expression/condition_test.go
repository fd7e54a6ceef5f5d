package expression_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/expression"
	"github.com/twilio2acs/twilio2acs/mapping"
)

type condition = expression.Condition[expression.ConversationScope]

func of(c mapping.Conversation) expression.ConversationScope {
	return expression.ConversationScope{Conversation: c}
}

var about = mapping.Conversation{
	SID: "CH1", FriendlyName: "Order 7", State: "closed", Attributes: `{"ticketId":"T7","tags":["a","b"],"n":3}`,
	DateCreated: "2024-05-01T00:00:00Z", DateUpdated: "2024-06-01T00:00:00Z",
}

func TestWhere(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{`conversation.state != "closed"`, false},
		{`conversation.state == "closed" && conversation.dateCreated > timestamp("2024-01-01T00:00:00Z")`, true},
		{`conversation.attributes.ticketId.startsWith("T")`, true},
		{`has(conversation.attributes.vip) && conversation.attributes.vip`, false},
		{`"b" in conversation.attributes.tags`, true},
		{`conversation.attributes.n == 3`, true},
		{`conversation.friendlyName.matches("^Order [0-9]+$")`, true},
	}
	for _, tt := range tests {
		var c condition
		if err := c.Set(tt.text); err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got, err := c.Meets(of(about)); got != tt.want || err != nil {
			t.Errorf("%s: %t, %v", tt.text, got, err)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	tests := []struct {
		text      string
		character int
		problem   string
	}{
		{`conversation.stat == "closed"`, 13, "undefined field 'stat'"},
		{`conversation.state == 3`, 20, "found no matching overload"},
		{`conversatoin.state == "a"`, 1, "undeclared reference"},
		{`conversation.state == `, 23, "Syntax error"},
		{`conversation.sid`, 1, "must be true or false"},
		{`now() > conversation.dateCreated`, 4, "undeclared reference"},
	}
	for _, tt := range tests {
		var c condition
		var syntax *expression.SyntaxError
		if err := c.Set(tt.text); !errors.As(err, &syntax) || syntax.Character != tt.character || !strings.Contains(syntax.Problem, tt.problem) {
			t.Errorf("%s: error %v, want %q at character %d", tt.text, err, tt.problem, tt.character)
		}
	}
}

// What cannot be answered is an error, never a no.
func TestUnanswerable(t *testing.T) {
	damaged := about
	damaged.Attributes = "{"
	for text, c := range map[string]mapping.Conversation{
		`conversation.attributes.vip`:      about,
		`conversation.attributes.ticketId`: about,
		`conversation.attributes.a == "b"`: damaged,
		`[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, [1,2,3,4,5,6,7,8,9].all(e, [1,2,3,4,5,6,7,8,9].all(f, a+b+c+d+e+f > 0))))))`: about,
	} {
		var where condition
		if err := where.Set(text); err != nil {
			t.Fatal(err)
		}
		if got, err := where.Meets(of(c)); err == nil {
			t.Errorf("%s: %t, want an error", text, got)
		}
	}
}

func TestNoCondition(t *testing.T) {
	var c condition
	if err := c.Set(""); err != nil || c.IsSet() {
		t.Errorf("an empty expression is a condition, %v", err)
	}
}
