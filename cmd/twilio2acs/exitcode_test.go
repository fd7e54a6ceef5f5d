package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/night"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/redact"
)

func TestExitCode(t *testing.T) {
	refused := &acsdest.Error{Operation: "issue token", Status: 401}
	throttled := &twiliosrc.APIError{Status: 429}
	for _, tt := range []struct {
		name string
		err  error
		want int
	}{
		{"nothing", nil, 0},
		{"anything", errors.New("disk on fire"), 1},
		{"a file that cannot be written", &checkpoint.FileError{Op: "open", Path: "x", Err: fs.ErrPermission}, 1},
		{"a status", exitStatus(3), 3},
		{"outage", &migrate.OutageError{For: time.Minute, Err: errors.New("503")}, 6},
		{"throttled by Twilio", fmt.Errorf("list users: %w", throttled), 6},
		{"locked ledger", &checkpoint.LockedError{Path: "x"}, 8},
		{"recording that goes on elsewhere", &twiliosrc.BusyError{Dir: "x"}, 8},
		{"locked embedded ACS", &emulator.LockedError{Dir: "x"}, 8},
		{"moved ledger", &checkpoint.BindingError{Field: "machine"}, 8},
		{"credentials Twilio refuses", &twiliosrc.APIError{Status: 401}, 10},
		{"credentials that are missing", &twiliosrc.CredentialsError{Err: errors.New("none")}, 10},
		{"credentials ACS refuses", fmt.Errorf("create thread: %w", refused), 11},
		{"no connection string", &noConnectionError{}, 11},
		{"connection string that is none", &acsdest.ConnectionError{Err: errors.New("no endpoint")}, 11},
		{"Twilio out of reach", &twiliosrc.UnreachableError{Host: "x", Err: errors.New("refused")}, 12},
		{"preflight", &migrate.PreflightError{}, 14},
		{"an ACS that changes what it is given", &migrate.CanaryError{}, 14},
		{"ledger of another account", &checkpoint.BindingError{Field: "account"}, 15},
		{"newer ledger", &checkpoint.SchemaError{}, 15},
		{"ledger that is gone", &checkpoint.MissingError{}, 15},
		{"damaged ledger", &checkpoint.DamagedError{Err: errors.New("cut short")}, 15},
		{"a night that another process drives", &night.BusyError{}, 8},
		{"damaged journal of a night", &night.DamagedError{Err: errors.New("cut short")}, 15},
		{"journal of another night", &night.ForeignError{}, 15},
		{"embedded ACS of another format", &emulator.FormatError{Err: errors.New("2")}, 15},
		{"manifest", &twiliosrc.ManifestError{File: "x", Err: errors.New("size")}, 16},
		{"a leak", fmt.Errorf("record: %w", &redact.LeakError{File: "messages.jsonl", Line: 3, Reason: "text"}), 16},
		{"storage that refuses the credentials", &acsdest.BlobError{Status: 403}, 11},
		{"storage that is out of order", &acsdest.BlobError{Status: 503}, 6},
		{"files that everybody could read", &acsdest.PublicContainerError{}, 14},
		{"container that is none", &acsdest.ContainerURLError{Err: errors.New("not https")}, 64},
		{"selection that cannot be made", &twiliosrc.SelectionError{What: "state", Err: errors.New("none")}, 64},
		{"recording in the place of something", &twiliosrc.OutputExistsError{Dir: "x"}, 64},
		{"recording of something else", &twiliosrc.UnfinishedError{Dir: "x", Err: errors.New("other")}, 64},
		{"usage", usagef("", "no such thing"), 64},
		{"loss that does not exist", &mapping.UnknownLossError{}, 64},
		{"no snapshot", &twiliosrc.NotSnapshotError{Err: fs.ErrNotExist}, 64},
		{"Ctrl-C", &interruptedError{syscall.SIGINT}, 130},
		{"SIGTERM", &interruptedError{syscall.SIGTERM}, 143},

		{"signals come first", errors.Join(refused, &interruptedError{syscall.SIGINT}), 130},
		{"credentials come before what is not done", errors.Join(exitStatus(3), refused), 11},
		{"an outage comes before what is not done", errors.Join(exitStatus(3), throttled), 6},
		{"a hint changes nothing", withHint(&reportedError{refused}, "look"), 11},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := exitCode(tt.err); got != tt.want {
				t.Errorf("exitCode(%v) = %d, want %d", tt.err, got, tt.want)
			}
		})
	}
}

func TestExitHelpKnowsEveryCode(t *testing.T) {
	for _, code := range []int{0, 1, 2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16, 64, 130, 143} {
		if got := exitHelp(code); strings.Count(got, "\n") != 1 {
			t.Errorf("exitHelp(%d) = %q, want one line", code, got)
		}
	}
}
