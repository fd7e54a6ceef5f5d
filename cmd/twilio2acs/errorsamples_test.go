package main

import (
	"errors"
	"io/fs"
	"syscall"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/config"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/identities"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/night"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/redact"
)

// errorSamples are the errors with a remedy that the program knows, at least one of
// each type, as people meet them.
var errorSamples = []error{
	// decisions about people
	&identities.Mistakes{File: "people.csv", List: []identities.Mistake{{Line: 3, Column: "acs_id", Problem: "it is empty: use needs the ACS user to use"}}},
	&migrate.UnknownUsersError{First: "8:acs:…", Count: 1},
	&identities.WrittenError{People: []mapping.PersonKey{{Kind: mapping.PersonUser, Service: "IS…", Name: "alice"}}},

	// the source
	&twiliosrc.CredentialsError{Err: errors.New("TWILIO_ACCOUNT_SID is not set")},
	&twiliosrc.APIError{Status: 401, Code: 20003, Message: "Authenticate", Path: "/v1/Conversations"},
	&twiliosrc.APIError{Status: 429, Code: 20429, Message: "Too Many Requests", Path: "/v1/Conversations"},
	&twiliosrc.APIError{Status: 404, Code: 20404, Message: "The requested resource was not found", Path: "/v1/Conversations/CH…"},
	&twiliosrc.UnreachableError{Host: "conversations.twilio.com", Err: errors.New("connection refused")},
	&twiliosrc.EndpointError{What: "--twilio-url", Err: errors.New("not https")},
	&twiliosrc.DownloadError{SID: "ME…", Status: 403},
	&twiliosrc.MovingListError{Path: "/v1/Conversations", Passes: 3},
	&twiliosrc.SelectionError{What: "conversation", Value: "IM…", Err: errors.New("not a SID that begins with CH")},
	&twiliosrc.SpoolError{Op: "write", Folder: "/tmp", Err: fs.ErrPermission},
	&twiliosrc.NotSnapshotError{Dir: "contoso", Err: fs.ErrNotExist},
	&twiliosrc.ManifestError{File: "messages.jsonl", Err: errors.New("its hash is another one")},
	&damagedSnapshotError{errors.New("messages.jsonl:41: unexpected end of JSON input")},
	&mapping.DamagedError{Place: "messages.jsonl:41", Conversation: "CH…", Err: errors.New("unexpected end of JSON input")},

	// recording and replaying
	&twiliosrc.OutputExistsError{Dir: "account"},
	&twiliosrc.UnfinishedError{Dir: "account", Err: errors.New("it was begun with another selection")},
	&twiliosrc.BusyError{Dir: "account"},
	&redact.LeakError{File: "messages.jsonl", Line: 41, Field: "body", Reason: "a phone number"},
	&report.NoGoldenError{Dir: "golden"},
	&report.GoldenError{File: "golden/users.json", Err: errors.New("unexpected end of JSON input")},
	&report.ForeignGoldenError{Dir: "golden", Files: []string{"notes.txt"}},
	misuse(program(), &fixtureserver.FaultError{Text: "418", Err: errors.New("no such mode")}),

	// the destination
	&noConnectionError{},
	&entraError{errors.New("DefaultAzureCredential: no such credential")},
	&acsdest.ConnectionError{Err: errors.New("no endpoint in it")},
	&acsdest.Error{Operation: limits.CreateIdentity, Status: 401},
	&acsdest.StorageConnectionError{Err: errors.New("no AccountName in it")},
	&acsdest.ContainerURLError{Err: errors.New("not https")},
	&acsdest.PublicContainerError{URL: "https://contoso.blob.core.windows.net/chat-files", Access: "blob"},
	&acsdest.BlobError{Status: 403, Code: "AuthorizationPermissionMismatch"},
	&acsdest.BlobError{Status: 404, Code: "ContainerNotFound"},
	&emulator.LockedError{Dir: "out"},
	&emulator.FormatError{Path: "out/acs.db", Err: errors.New("written by a newer program")},

	// the ledger
	&checkpoint.LockedError{Path: "run.db"},
	&checkpoint.BindingError{Path: "run.db", Field: "machine", Got: "alpha", Want: "beta"},
	&checkpoint.BindingError{Path: "run.db", Field: "account", Got: "AC1…", Want: "AC2…"},
	&checkpoint.SchemaError{Path: "run.db", Got: 9, Want: 2},
	&checkpoint.MissingError{Path: "run.db"},
	&checkpoint.DamagedError{Path: "run.db", Err: errors.New("cut short")},
	&checkpoint.FileError{Op: "open", Path: "no/such/run.db", Err: fs.ErrNotExist},
	&checkpoint.FileError{Op: "write", Path: "run.db", Err: syscall.ENOSPC},
	&night.BusyError{Path: "run.db.cutover.json"},
	&night.DamagedError{Path: "run.db.cutover.json", Err: errors.New("cut short")},
	&night.ForeignError{
		Journal: mapping.Binding{Account: "AC1…", Resource: "contoso.communication.azure.com"},
		Ledger:  mapping.Binding{Account: "AC2…", Resource: "contoso.communication.azure.com"},
	},
	&olderError{copy: "/backup/twilio2acs.db.2", taken: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)},
	&olderError{copy: "/backup/twilio2acs.db.2", taken: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), lost: true},
	&foreignBackupError{place: "/backup", account: "AC…", resource: "contoso.communication.azure.com"},

	// what a run decides
	&migrate.PreflightError{Losses: []mapping.Loss{{Code: mapping.LossArrivalTime}}},
	&migrate.CanaryError{Findings: []migrate.CanaryFinding{{What: "the topic", Want: "28 characters", Got: "20 characters"}}},
	&migrate.OutageError{For: 10 * time.Minute, Err: errors.New("send message: 503 Service Unavailable")},
	&migrate.LimitError{Reason: "2 conversations failed, more than --max-errors 1"},
	&report.DriftError{SavedAt: time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC), Drifts: []report.Drift{{Item: "CH…", What: "is new"}}},
	&report.NoPlanError{Err: errors.New("unexpected end of JSON input")},
	&fidelityError{got: 93.1, want: 95},

	// the command line and the configuration
	&mapping.UnknownLossError{Value: "arival-time", Closest: mapping.LossArrivalTime},
	misuse(program(), &choiceError{"keeep", []string{"mask", "keep"}}),
	misuse(program(), &config.Mistake{Where: "twilio2acs.yaml:3", Problem: `unknown key "sauce"`, Remedy: "did you mean source?"}),
}
