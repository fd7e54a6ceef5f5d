package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// scriptTamper edits a message behind the program's back, as its own sender
// would, and sets $TAMPERED to its SID.
func scriptTamper(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "tamper DIR LEDGER", 2)
	server, err := emulator.Open(ts.MkAbs(args[0]), nil)
	ts.Check(err)
	defer server.Close()
	ts.Check(server.Listen("127.0.0.1:0"))
	ledger, err := checkpoint.OpenReader(ts.MkAbs(args[1]), nil)
	ts.Check(err)
	defer ledger.Close()
	sid, err := tamper(context.Background(), server, ledger)
	ts.Check(err)
	ts.Setenv("TAMPERED", string(sid))
}

// tamper edits the last message of the first conversation that has some.
func tamper(ctx context.Context, server *emulator.Server, ledger *checkpoint.Reader) (mapping.MessageSID, error) {
	conn, err := acsdest.ParseConnectionString(server.ConnectionString())
	if err != nil {
		return "", err
	}
	opts := &acsdest.ClientOptions{Transport: acsdest.NewTransport(&acsdest.TransportOptions{RootCAs: server.CertPool()})}
	identity, err := acsdest.NewIdentity(conn, opts)
	if err != nil {
		return "", err
	}
	chat, err := acsdest.NewChat(conn.Endpoint, acsdest.NewTokens(identity, nil), opts)
	if err != nil {
		return "", err
	}
	for t, err := range ledger.Threads() {
		if err != nil {
			return "", err
		}
		var last mapping.MessageRecord
		for m, err := range ledger.Messages(t.Conversation) {
			if err != nil {
				return "", err
			}
			last = m
		}
		if last.SID == "" {
			continue
		}
		text := "nobody ever wrote this"
		got, err := chat.FetchMessage(ctx, t.CreatorID, t.Thread, last.IDs[0])
		if err != nil {
			return "", err
		}
		return last.SID, chat.UpdateMessage(ctx, got.Sender, t.Thread, last.IDs[0], &acsdest.UpdateMessageOptions{Content: &text})
	}
	return "", fmt.Errorf("no message in the ledger")
}

// scriptDamage changes a byte of the first file of a Twilio message in a media
// store.
func scriptDamage(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "damage DIR", 1)
	files, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "CH*", "ME*", "*"))
	ts.Check(err)
	if len(files) == 0 {
		ts.Fatalf("no file in %s", args[0])
	}
	content, err := os.ReadFile(files[0])
	ts.Check(err)
	content[0] ^= 1
	ts.Check(os.WriteFile(files[0], content, 0o600))
}

// scriptDump writes what an embedded ACS holds to a file, in a form that is the
// same wherever the same was migrated: users by their names in the ledger.
func scriptDump(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "dump DIR LEDGER FILE", 3)
	server, err := emulator.Open(ts.MkAbs(args[0]), nil)
	ts.Check(err)
	defer server.Close()
	names, err := userNames(ts.MkAbs(args[1]))
	ts.Check(err)
	threads, err := server.Dump(func(user string) string { return names[user] })
	ts.Check(err)
	text, err := json.MarshalIndent(threads, "", " ")
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), text, 0o600))
}

func userNames(ledger string) (map[string]string, error) {
	l, err := checkpoint.OpenReader(ledger, nil)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	names := make(map[string]string)
	for p, err := range l.Persons() {
		if err != nil {
			return nil, err
		}
		names[string(p.ID)] = fmt.Sprintf("%s %s %s", p.Key.Kind, p.Key.Service, p.Key.Name)
	}
	return names, nil
}
