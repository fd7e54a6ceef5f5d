package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/night"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// servedTiny is tiny as live Twilio: flags that lead there, and credentials in the
// environment.
func servedTiny(t *testing.T) []string {
	t.Helper()
	snap, err := twiliosrc.OpenSnapshot(t.Context(), filepath.Join("..", "..", "testdata", "snapshots", "tiny"), nil)
	if err != nil {
		t.Fatal(err)
	}
	server := fixtureserver.New(snap, nil)
	at, err := server.Listen(context.WithoutCancel(t.Context()), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(); _ = snap.Close() })
	account, _ := snap.Account()
	t.Setenv("TWILIO_ACCOUNT_SID", string(account))
	t.Setenv("TWILIO_AUTH_TOKEN", "secret")
	return []string{"--source", "twilio", "--twilio-url", at.URL, "--mcs-url", at.MCSURL}
}

// Somebody at the terminal is asked whether writing has stopped, and nobody's silence
// counts as yes.
func TestCutoverAsksWhetherItIsFrozen(t *testing.T) {
	source := servedTiny(t)
	for _, tt := range []struct {
		answer string
		exit   int
		phase  night.Phase
	}{
		{"y\n", exitDone, night.PhaseOver}, {"n\n", exitOwnLimit, night.PhaseFreeze}, {"", exitOwnLimit, night.PhaseFreeze},
	} {
		t.Run(tt.answer, func(t *testing.T) {
			dir := t.TempDir()
			s, said := terminal(strings.NewReader(tt.answer))
			state := filepath.Join(dir, "run.db")
			args := append([]string{"cutover", "--dest", "local:" + filepath.Join(dir, "out"), "--state", state, "--watch", "1ms"}, source...)
			if got := execute(args, s); got != tt.exit {
				t.Errorf("exit code %d, want %d\n%s", got, tt.exit, said)
			}
			if !strings.Contains(said.String(), "Has writing in Twilio stopped?") {
				t.Errorf("nobody was asked:\n%s", said)
			}
			j, err := night.Open(state+".cutover.json", false, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if j.Phase != tt.phase || j.Frozen.IsZero() != (tt.exit != exitDone) {
				t.Errorf("the night stands at %+v", j)
			}
			if err := j.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A process that was killed in any phase is gone on with in that phase, and the night
// ends as it would have.
func TestCutoverGoesOnInEveryPhase(t *testing.T) {
	source := servedTiny(t)
	for _, phase := range []night.Phase{night.PhaseSync, night.PhaseFreeze, night.PhaseCheck, night.PhaseDrain, night.PhaseVerify, night.PhaseOver} {
		t.Run(string(phase), func(t *testing.T) {
			dir := t.TempDir()
			state := filepath.Join(dir, "run.db")
			args := append([]string{"--dest", "local:" + filepath.Join(dir, "out"), "--state", state}, source...)
			s, said := terminal(strings.NewReader(""))
			s.prompts = false
			if got := execute(append([]string{"run", "--progress", "none"}, args...), s); got != exitDone {
				t.Fatalf("run ended with %d\n%s", got, said)
			}
			j, err := night.Open(state+".cutover.json", false, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			j.Phase, j.Underway = phase, phase
			if err := j.Save(); err != nil {
				t.Fatal(err)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if got := execute(append([]string{"cutover", "--frozen", "--watch", "1ms"}, args...), s); got != exitDone {
				t.Fatalf("cutover ended with %d\n%s", got, said)
			}
			protocol, err := os.ReadFile(state + ".cutover.md")
			if err != nil {
				t.Fatal(err)
			}
			if want := "did not live to end its " + string(phase); !strings.Contains(string(protocol), want) {
				t.Errorf("the protocol does not say %q:\n%s", want, protocol)
			}
			if over := phase == night.PhaseOver; strings.Contains(string(protocol), "decision: Go") == over {
				t.Errorf("decided: %t\n%s", !over, protocol)
			}
		})
	}
}

// Whatever is taken from roles is given back by undoing it, and nothing that is left
// lets anybody write.
func TestRoleFreezeCanBeUndone(t *testing.T) {
	src, err := sourceOptions{source: filepath.Join("..", "..", "testdata", "snapshots", "contoso")}.openSnapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = closeSource(src) }()
	o, err := roleFreeze(t.Context(), src, "curl")
	if err != nil {
		t.Fatal(err)
	}
	freeze := slices.DeleteFunc(slices.Clone(o.Freeze), func(line string) bool { return strings.HasPrefix(line, "#") })
	if len(o.Undo) == 0 || len(freeze) != len(o.Undo) {
		t.Fatalf("%d commands, %d to undo them", len(freeze), len(o.Undo))
	}
	for i, command := range freeze {
		call, left := permissionsIn(command)
		undo, all := permissionsIn(o.Undo[i])
		if call != undo {
			t.Errorf("%q is undone elsewhere: %q", call, undo)
		}
		if len(left) == 0 || slices.ContainsFunc(left, writes) {
			t.Errorf("%q leaves %v", call, left)
		}
		if !slices.ContainsFunc(all, writes) || slices.ContainsFunc(left, func(p string) bool { return !slices.Contains(all, p) }) {
			t.Errorf("%q takes from %v and leaves %v", call, all, left)
		}
	}
}

// permissionsIn are those that a command sets, and what it calls.
func permissionsIn(command string) (call string, permissions []string) {
	parts := strings.Split(command, " --data-urlencode Permission=")
	return parts[0], parts[1:]
}

func TestWritingPermissions(t *testing.T) {
	for permission, want := range map[string]bool{
		"sendMessage": true, "sendMediaMessage": true, "editOwnMessage": true, "deleteAnyMessage": true, "addParticipant": true,
		"removeParticipant": true, "createConversation": true, "editConversationName": true, "joinConversation": true,
		"leaveConversation": false, "editOwnUserInfo": false, "editAnyUserInfo": false,
	} {
		if got := writes(permission); got != want {
			t.Errorf("%s writes: %t, want %t", permission, got, want)
		}
	}
}
