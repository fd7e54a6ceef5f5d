package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// Nothing is created before somebody at the terminal has agreed.
func TestDoctorProbeAsks(t *testing.T) {
	for answer, users := range map[string]int{"y\n": 2, "n\n": 0, "": 0} {
		t.Run(strings.TrimSpace(answer), func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir) // where the configuration is written
			server, err := emulator.Open(filepath.Join(dir, "acs"), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			if err := server.Listen("127.0.0.1:0"); err != nil {
				t.Fatal(err)
			}
			t.Setenv("ACS_CONNECTION_STRING", server.ConnectionString())
			if err := os.WriteFile("snapshot.json", []byte(`{"format":"twilio-conversations-snapshot","version":1,"accountSid":"AC0123456789abcdef0123456789abcdef"}`), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"conversations", "participants", "messages"} {
				if err := os.WriteFile(name+".jsonl", nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var out, told strings.Builder
			s := &streams{in: strings.NewReader(answer), out: &resultWriter{w: &out}, err: &console{w: &told}, prompts: true}
			exit := execute([]string{"doctor", "--source", dir, "--dest", "acs", "--acs-ca", server.CAFile(), "--media", "none", "--limits", "off", "--probe"}, s)
			if exit != exitDone || !strings.Contains(told.String(), "and deletes all of it again.\nDo that? [y/N] ") {
				t.Errorf("exit code %d, %s%s", exit, out.String(), told.String())
			}
			stats, err := server.Stats()
			if err != nil {
				t.Fatal(err)
			}
			if got := stats.Calls[limits.CreateIdentity]; got != users || stats.Calls[limits.DeleteIdentity] != users {
				t.Errorf("%d users created, %d deleted; want %d of each", got, stats.Calls[limits.DeleteIdentity], users)
			}
			if _, err := os.Stat("twilio2acs.yaml"); (err == nil) != (users > 0) {
				t.Errorf("configuration: %v", err)
			}
		})
	}
}
