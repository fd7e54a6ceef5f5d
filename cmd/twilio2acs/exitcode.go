package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/identities"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/night"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/redact"
)

// The exit codes. Scripts rely on them: they are never given another meaning.
const (
	exitDone              = 0
	exitError             = 1
	exitChanges           = 2
	exitIncomplete        = 3
	exitMismatch          = 4
	exitOwnLimit          = 5
	exitOutage            = 6
	exitDrift             = 7
	exitLocked            = 8
	exitTwilioCredentials = 10
	exitACSCredentials    = 11
	exitTwilioUnreachable = 12
	exitACSUnreachable    = 13
	exitPreflight         = 14
	exitState             = 15
	exitFixture           = 16
	exitUsage             = 64
	exitInterrupted       = 130
	exitTerminated        = 143
)

// exitMeanings is what the help of a command says about its exit codes.
var exitMeanings = []struct {
	code    int
	meaning string
}{
	{exitDone, "done"},
	{exitError, "another error"},
	{exitChanges, "changes found, when --detailed-exitcode asks"},
	{exitIncomplete, "finished, but items failed, are blocked, open or not carried over"},
	{exitMismatch, "verification or replay found differences"},
	{exitOwnLimit, "stopped by a limit of its own; the same command goes on"},
	{exitOutage, "an outage or throttling outlasted the retries; the same command goes on"},
	{exitDrift, "the saved plan no longer fits; nothing was written"},
	{exitLocked, "the state is locked by another process, or was moved here"},
	{exitTwilioCredentials, "Twilio refused the credentials, or there are none"},
	{exitACSCredentials, "ACS or its storage refused the credentials, or there are none"},
	{exitTwilioUnreachable, "Twilio cannot be reached"},
	{exitACSUnreachable, "ACS or its storage cannot be reached"},
	{exitPreflight, "something critical would be lost and is not accepted, less would be kept than was asked for, ACS does not keep what it is given, or everybody could read the files; nothing was written"},
	{exitState, "the state is damaged, gone, newer than this program, older than a copy of it, or of another migration"},
	{exitFixture, "the snapshot is not what its manifest says, or holds what was to be redacted; or a golden file is damaged"},
	{exitUsage, "the command line is wrong"},
	{exitInterrupted, "interrupted (SIGINT) after everything was noted; the same command goes on"},
	{exitTerminated, "terminated (SIGTERM) likewise"},
}

// exitMeaning is what a code says of a run that ended with it.
func exitMeaning(code int) string {
	for _, e := range exitMeanings {
		if e.code == code {
			return e.meaning
		}
	}
	return "unknown"
}

// exitHelp describes the codes that a command may end with.
func exitHelp(codes ...int) string {
	may := make(map[int]bool, len(codes))
	for _, c := range codes {
		may[c] = true
	}
	var b strings.Builder
	for _, e := range exitMeanings {
		if may[e.code] {
			fmt.Fprintf(&b, "  %3d  %s\n", e.code, e.meaning)
		}
	}
	return b.String()
}

// exitStatus ends a command that has said all there is to say with a code of
// its own.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// exitCode finds the code for err. What comes first in the list counts when an
// error is several things: signals, then who cannot be talked to, then the rest.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	for _, find := range []func(error) int{
		signalCode, limitCode, outageCode, twilioCode, acsCode, stateCode, inputCode,
	} {
		if code := find(err); code != 0 {
			return code
		}
	}
	return exitError
}

// is finds an error of type T in the chain of err.
func is[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

func signalCode(err error) int {
	var interrupted *interruptedError
	if errors.As(err, &interrupted) {
		return interrupted.exitCode()
	}
	return 0
}

func limitCode(err error) int {
	if is[*migrate.LimitError](err) {
		return exitOwnLimit
	}
	return 0
}

// outageCode comes before the codes of the services: an outage wraps the last
// error of a service that had been reached before.
func outageCode(err error) int {
	var outage *migrate.OutageError
	var api *twiliosrc.APIError
	var blobs *acsdest.BlobError
	switch {
	case errors.As(err, &outage) && outage.Never && acsCode(err) != 0:
		return acsCode(err)
	case outage != nil, errors.As(err, &api) && api.Temporary(), errors.As(err, &blobs) && blobs.Status >= 500:
		return exitOutage
	}
	return 0
}

func twilioCode(err error) int {
	var api *twiliosrc.APIError
	switch {
	case is[*twiliosrc.CredentialsError](err), errors.As(err, &api) && api.Unauthorized():
		return exitTwilioCredentials
	case is[*twiliosrc.UnreachableError](err):
		return exitTwilioUnreachable
	}
	return 0
}

// acsCode is that of ACS and of the storage beside it.
func acsCode(err error) int {
	var call interface { // *acsdest.Error, *acsdest.BlobError
		Unauthorized() bool
		Unreachable() bool
	}
	isCall := errors.As(err, &call)
	switch {
	case is[*acsdest.ConnectionError](err), is[*acsdest.StorageConnectionError](err), is[*noConnectionError](err), is[*entraError](err),
		isCall && call.Unauthorized():
		return exitACSCredentials
	case isCall && call.Unreachable():
		return exitACSUnreachable
	}
	return 0
}

func stateCode(err error) int {
	var binding *checkpoint.BindingError
	switch {
	case is[*checkpoint.LockedError](err), is[*emulator.LockedError](err), is[*twiliosrc.BusyError](err), is[*night.BusyError](err):
		return exitLocked
	case errors.As(err, &binding) && binding.Moved():
		return exitLocked
	case binding != nil, is[*olderError](err), is[*foreignBackupError](err), is[*identities.WrittenError](err), is[*checkpoint.SchemaError](err), is[*checkpoint.MissingError](err),
		is[*checkpoint.DamagedError](err), is[*emulator.FormatError](err), is[*night.DamagedError](err), is[*night.ForeignError](err):
		return exitState
	}
	return 0
}

func inputCode(err error) int {
	var status exitStatus
	switch {
	case errors.As(err, &status):
		return int(status)
	case is[*migrate.PreflightError](err), is[*migrate.UnknownUsersError](err), is[*migrate.CanaryError](err), is[*fidelityError](err), is[*acsdest.PublicContainerError](err):
		return exitPreflight
	case is[*report.DriftError](err):
		return exitDrift
	case is[*twiliosrc.ManifestError](err), is[*redact.LeakError](err), is[*damagedSnapshotError](err), is[*report.GoldenError](err):
		return exitFixture
	case is[*usageError](err), is[*identities.Mistakes](err), is[*mapping.UnknownLossError](err),
		is[*twiliosrc.NotSnapshotError](err), is[*twiliosrc.EndpointError](err),
		is[*twiliosrc.SelectionError](err), is[*twiliosrc.OutputExistsError](err), is[*twiliosrc.UnfinishedError](err), is[*acsdest.ContainerURLError](err),
		is[*report.NoPlanError](err), is[*report.NoGoldenError](err), is[*report.ForeignGoldenError](err):
		return exitUsage
	}
	return 0
}
