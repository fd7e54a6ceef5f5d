package mapping_test

import (
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Whatever a thread or a member is given is known again as this program's.
func TestIsTwilioKey(t *testing.T) {
	ro := rosterOf(t, stored)
	draft, _ := stored.ChatThread(conversation, ro)
	for key := range draft.Metadata {
		if !mapping.IsTwilioKey(key) {
			t.Errorf("%s of a thread is not known", key)
		}
	}
	for _, m := range ro.Members {
		for key := range m.Metadata {
			if !mapping.IsTwilioKey(key) {
				t.Errorf("%s of a member is not known", key)
			}
		}
	}
	if mapping.IsTwilioKey("priority") {
		t.Error("an application's own key is taken for one of this program's")
	}
}
