package emulator_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// story writes the same threads into any server, in an order that hurry reverses.
func story(t *testing.T, hurry bool) (*emulator.Server, map[string]string) {
	t.Helper()
	c := client{t, open(t, nil)}
	ada, bo := c.user(), c.user()
	topics := []string{"first", "second"}
	if hurry {
		topics = []string{"second", "first"}
	}
	for _, topic := range topics {
		thread := c.thread(topic, ada, bo)
		path := "/chat/threads/" + thread
		id := c.send(ada, thread, "hello")
		kept := c.send(bo, thread, "hi")
		c.do("PATCH", path+"/messages/"+id, ada.token, `{"content":"hello!","metadata":{"k":"v"}}`)
		c.do("DELETE", path+"/messages/"+c.send(ada, thread, "oops"), ada.token, "")
		c.do("POST", path+"/readReceipts", ada.token, `{"chatMessageId":"`+kept+`"}`)
	}
	c.do("DELETE", "/chat/threads/"+c.thread("gone", ada), ada.token, "")
	return c.s, map[string]string{ada.id: "ada", bo.id: "bo"}
}

func TestDump(t *testing.T) {
	var dumps [2][]emulator.DumpedThread
	for i := range dumps {
		s, names := story(t, i == 1)
		var err error
		if dumps[i], err = s.Dump(func(id string) string { return names[id] }); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(dumps[1], dumps[0]); diff != "" {
		t.Errorf("the same story gives another dump:\n%s", diff)
	}
	got, err := json.Marshal(dumps[0][0])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"topic":"first","members":[{"user":"ada","displayName":"user1","read":2},{"user":"bo","displayName":"user2"}],` +
		`"messages":[{"sender":"ada","type":"text","content":"hello!","metadata":{"k":"v"}},{"sender":"bo","type":"text","content":"hi"},` +
		`{"sender":"ada","type":"text","content":"","deleted":true}]}`
	if diff := cmp.Diff(string(got), want); diff != "" {
		t.Errorf("thread, got - want +:\n%s", diff)
	}
}
