package twiliosrc_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// Whatever goes wrong on the way, a client sees the same.
func TestClientReadsThroughFaults(t *testing.T) {
	shape := snapshottest.Shape{Services: 1, Conversations: 3, Participants: 101, Messages: 230, Users: 60}
	for name, dir := range map[string]string{"harbour": harbour, "long": snapshottest.Generate(t, shape)} {
		s := open(t, dir, nil)
		want := items(t, s)
		for _, fault := range []fixtureserver.Fault{
			{Mode: fixtureserver.FaultThrottle, Times: 2},
			{Mode: fixtureserver.FaultThrottle, Times: 1, RetryAfter: 1e9, Resource: fixtureserver.ResourceMessages},
			{Mode: fixtureserver.FaultUnavailable, Times: 2, Skip: 3},
			{Mode: fixtureserver.FaultUnavailableEmpty, Times: 1},
			{Mode: fixtureserver.FaultReset, Times: 2, Skip: 1},
			{Mode: fixtureserver.FaultExpired, Times: 1},
			{Mode: fixtureserver.FaultTruncated, Times: 2},
			{Mode: fixtureserver.FaultShortened, Times: 1},
			{Mode: fixtureserver.FaultShortPage, Items: 3, Resource: fixtureserver.ResourceMessages},
			{Mode: fixtureserver.FaultShortPage, Offset: true},
			{Mode: fixtureserver.FaultEmptyPage},
		} {
			t.Run(name+" "+string(fault.Mode), func(t *testing.T) {
				t.Parallel()
				server := serve(t, s, fixtureserver.Options{Faults: []fixtureserver.Fault{fault}})
				if got := items(t, server.client(t, twiliosrc.ClientOptions{})); !reflect.DeepEqual(got, want) {
					t.Errorf("items differ (-got +want):\n%.2000s", cmp.Diff(got, want))
				}
			})
		}
	}
}

// A message that is deleted between two pages takes none with it.
func TestClientReadsWhileMessagesAreDeleted(t *testing.T) {
	dir := snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 1, Participants: 1, Messages: 450})
	s := open(t, dir, nil)
	c := conversation(t, s, snapshottest.SID("CH", 0))
	for _, fault := range []fixtureserver.Fault{
		{Mode: fixtureserver.FaultDelete, Offset: true},
		{Mode: fixtureserver.FaultDelete},
		{Mode: fixtureserver.FaultInsert, Offset: true},
		{Mode: fixtureserver.FaultInsert},
		{Mode: fixtureserver.FaultEdit, Offset: true},
	} {
		server := serve(t, s, fixtureserver.Options{Faults: []fixtureserver.Fault{fault}})
		client := server.client(t, twiliosrc.ClientOptions{})
		seen := map[mapping.MessageSID]bool{}
		last := int64(-1)
		for _, m := range sound(t, client.Messages(t.Context(), c, -1)) {
			if seen[m.SID] || m.Index <= last {
				t.Errorf("%s: message %d is out of place", fault.Mode, m.Index)
			}
			seen[m.SID], last = true, m.Index
		}
		for _, m := range sound(t, client.Messages(t.Context(), c, -1)) { // what survived
			if !seen[m.SID] && fault.Mode != fixtureserver.FaultInsert {
				t.Errorf("%s, offset %t: message %d was missed", fault.Mode, fault.Offset, m.Index)
			}
		}
		if len(seen) < 448 {
			t.Errorf("%s: %d messages", fault.Mode, len(seen))
		}
	}
}
