package emulator_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// What is measured, and how, is a matter of choice.
func TestSizes(t *testing.T) {
	type message struct {
		Content  string            `json:"content"`
		Name     string            `json:"senderDisplayName"`
		Metadata map[string]string `json:"metadata"`
	}
	for _, tt := range []struct {
		name  string
		sizes emulator.Sizes
		in    message
		want  int
	}{
		{"UTF-16", emulator.Sizes{Message: 8}, message{Content: "é漢😀"}, http.StatusCreated},
		{"too much UTF-16", emulator.Sizes{Message: 7}, message{Content: "é漢😀"}, http.StatusBadRequest},
		{"UTF-8", emulator.Sizes{Message: 9, Measure: emulator.MeasureUTF8}, message{Content: "é漢😀"}, http.StatusCreated},
		{"too much UTF-8", emulator.Sizes{Message: 8, Measure: emulator.MeasureUTF8}, message{Content: "é漢😀"}, http.StatusBadRequest},
		{"JSON", emulator.Sizes{Message: 8, Measure: emulator.MeasureJSON}, message{Content: "\"\n<\\a"}, http.StatusCreated},
		{"too much JSON", emulator.Sizes{Message: 7, Measure: emulator.MeasureJSON}, message{Content: "\"\n<\\a"}, http.StatusBadRequest},
		{"all counts", emulator.Sizes{Message: 9, Measure: emulator.MeasureUTF8}, message{"abc", "def", map[string]string{"k": "v12"}}, http.StatusBadRequest},
		{"content counts", emulator.Sizes{Message: 3, Measure: emulator.MeasureUTF8, ContentOnly: true}, message{"abc", "def", map[string]string{"k": "v12"}}, http.StatusCreated},
		{"metadata", emulator.Sizes{MessageMetadata: 4}, message{Content: "a", Metadata: map[string]string{"k": "v12"}}, http.StatusCreated},
		{"too much metadata", emulator.Sizes{MessageMetadata: 3}, message{Content: "a", Metadata: map[string]string{"k": "v12"}}, http.StatusBadRequest},
		{"413", emulator.Sizes{Message: 1, Status: 413}, message{Content: "ab"}, http.StatusRequestEntityTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := client{t, open(t, &emulator.Options{Sizes: tt.sizes})}
			u := c.user()
			body, err := json.Marshal(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			c.do(http.MethodPost, "/chat/threads/"+c.thread("sizes", u)+"/messages", u.token, string(body)).want(t, tt.want)
		})
	}
}

func TestThreadMetadataSize(t *testing.T) {
	c := client{t, open(t, &emulator.Options{Sizes: emulator.Sizes{ThreadMetadata: 10}})}
	u := c.user()
	for n, want := range map[int]int{9: http.StatusCreated, 10: http.StatusBadRequest} {
		c.do(http.MethodPost, "/chat/threads", u.token, `{"topic":"t","metadata":{"k":"`+strings.Repeat("v", n)+`"}}`).want(t, want)
	}
}

// Who has left is told no, or that there is no such thread.
func TestFormerMemberStatus(t *testing.T) {
	for chosen, want := range map[int]int{0: http.StatusForbidden, 404: http.StatusNotFound} {
		c := client{t, open(t, &emulator.Options{FormerMemberStatus: chosen})}
		u := c.user()
		thread := c.thread("left", u)
		c.remove(u, thread, u).want(t, http.StatusNoContent)
		c.do(http.MethodPost, "/chat/threads/"+thread+"/messages", u.token, `{"content":"still here"}`).want(t, want)
	}
}
