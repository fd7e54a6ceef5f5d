package main

import (
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// scriptItems sets $CONVERSATION, $THREAD, $CREATOR, $MESSAGE and $MEDIA to a
// conversation of a ledger that has messages and files, its thread, who created that,
// and the first of each.
func scriptItems(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "items LEDGER", 1)
	ledger, err := checkpoint.OpenReader(ts.MkAbs(args[0]), nil)
	ts.Check(err)
	defer ledger.Close()
	for t, err := range ledger.Threads() {
		ts.Check(err)
		ts.Setenv("CONVERSATION", string(t.Conversation))
		ts.Setenv("THREAD", string(t.Thread))
		ts.Setenv("CREATOR", string(t.CreatorID))
		if message, media := firstMessage(ts, ledger, t), firstFile(ts, ledger, t); message != "" && media != "" {
			ts.Setenv("MESSAGE", string(message))
			ts.Setenv("MEDIA", string(media))
			return
		}
	}
	ts.Fatalf("no such conversation in %s", args[0])
}

func firstMessage(ts *testscript.TestScript, ledger *checkpoint.Reader, t mapping.ThreadRecord) mapping.MessageSID {
	for m, err := range ledger.Messages(t.Conversation) {
		ts.Check(err)
		return m.SID
	}
	return ""
}

func firstFile(ts *testscript.TestScript, ledger *checkpoint.Reader, t mapping.ThreadRecord) mapping.MediaSID {
	for m, err := range ledger.MediaOf(t.Conversation) {
		ts.Check(err)
		return m.SID
	}
	return ""
}

// scriptTried sets $MESSAGE to a message of a ledger for which a call did not
// succeed at once.
func scriptTried(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "tried LEDGER", 1)
	ledger, err := checkpoint.OpenReader(ts.MkAbs(args[0]), nil)
	ts.Check(err)
	defer ledger.Close()
	for t, err := range ledger.Threads() {
		ts.Check(err)
		for m, err := range ledger.Messages(t.Conversation) {
			ts.Check(err)
			for _, err := range ledger.Attempts(string(m.SID)) {
				ts.Check(err)
				ts.Setenv("MESSAGE", string(m.SID))
				return
			}
		}
	}
	ts.Fatalf("no such message in %s", args[0])
}
