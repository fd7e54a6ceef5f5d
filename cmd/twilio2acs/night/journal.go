package night

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"
	"github.com/moby/sys/atomicwriter"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Phase is how far a night has come: what is done next.
type Phase string

// The phases, in their order. A night that is no go begins again with PhaseCheck, or with
// PhaseDrain where nobody can write.
const (
	PhaseSync   Phase = "sync"   // rounds, until little is left in Twilio
	PhaseFreeze Phase = "freeze" // people stop writing in Twilio
	PhaseCheck  Phase = "check"  // whether messages still arrive there
	PhaseDrain  Phase = "drain"  // rounds that compare everything, until nothing changes
	PhaseVerify Phase = "verify" // all of it is read back, and decided upon
	PhaseOver   Phase = "over"   // it was a go: whatever comes later is a straggler
)

func (p Phase) valid() bool {
	switch p {
	case PhaseSync, PhaseFreeze, PhaseCheck, PhaseDrain, PhaseVerify, PhaseOver:
		return true
	}
	return false
}

// format names the form of the file. Another one is refused.
const format = "twilio2acs-cutover/1"

// Journal is how far a night has come.
type Journal struct {
	Format string `json:"format"`
	// Account and Resource are those of the ledger, once there is one: the night of
	// one migration is none of another.
	Account  mapping.AccountSID `json:"account,omitempty"`
	Resource string             `json:"resource,omitempty"`
	Began    time.Time          `json:"began"`
	Phase    Phase              `json:"phase"`
	// Underway is what a process was at that did not live to say how it ended; empty
	// when it did.
	Underway Phase `json:"underway,omitempty"`
	// Rounds counts those of the sync, and Previous is when the latest round of all
	// began.
	Rounds   int       `json:"rounds"`
	Previous time.Time `json:"previous,omitzero"`
	Frozen   time.Time `json:"frozen,omitzero"` // when somebody said so
	Check    *Check    `json:"check,omitempty"`
	Decision *Decision `json:"decision,omitempty"`
	Late     int64     `json:"lateMessages,omitempty"` // after the go

	path string
	lock *flock.Flock
}

// Check is what was seen to arrive in Twilio after the freeze.
type Check struct {
	At      time.Time         `json:"at"`
	Watched time.Duration     `json:"watchedNanoseconds"`
	Writers []migrate.Waiting `json:"writers,omitempty"` // the first hundred
	More    int64             `json:"more,omitempty"`
	// Tolerated says that late messages may follow in rounds of their own.
	Tolerated bool `json:"tolerated,omitempty"`
}

// Decision is what a verification came to.
type Decision struct {
	At      time.Time `json:"at"`
	Go      bool      `json:"go"`
	Against []string  `json:"against,omitempty"`
}

// DamagedError says that a journal cannot be read.
type DamagedError struct {
	Path string
	Err  error
}

func (e *DamagedError) Error() string { return fmt.Sprintf("read journal %s: %v", e.Path, e.Err) }

func (e *DamagedError) Unwrap() error { return e.Err }

// Hint says what can be done about it.
func (e *DamagedError) Hint() string {
	return "begin the night anew with --anew: what was carried the ledger knows"
}

// Open reads the journal in a file, and keeps other processes from doing so until it is
// closed: the error is a *BusyError while one has it. Where there is no such file, or
// where anew says so, a night begins now, which is on disk once it is saved.
func Open(path string, anew bool, now time.Time) (*Journal, error) {
	lock, err := lockNight(path)
	if err != nil {
		return nil, err
	}
	j, err := read(path)
	if anew || errors.Is(err, fs.ErrNotExist) {
		j, err = &Journal{Format: format, Began: now.UTC(), Phase: PhaseSync}, nil
	}
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	j.path, j.lock = path, lock
	return j, nil
}

func read(path string) (*Journal, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	j, err := parse(text)
	if err != nil {
		return nil, &DamagedError{path, err}
	}
	return j, nil
}

func parse(text []byte) (*Journal, error) {
	j := new(Journal)
	if err := json.Unmarshal(text, j); err != nil {
		return nil, err
	}
	switch {
	case j.Format != format:
		return nil, fmt.Errorf("its format is %q, want %q", j.Format, format)
	case !j.Phase.valid():
		return nil, fmt.Errorf("there is no phase %q", j.Phase)
	case j.Rounds < 0 || j.Late < 0 || j.Check != nil && j.Check.More < 0:
		return nil, errors.New("it counts below 0")
	}
	return j, nil
}

// ForeignError says that a journal is of the night of another migration than the ledger.
type ForeignError struct {
	Journal, Ledger mapping.Binding // account and resource are set
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("the journal is of the night of %s to %s, and the ledger of %s to %s",
		e.Journal.Account, e.Journal.Resource, e.Ledger.Account, e.Ledger.Resource)
}

// Hint says what can be done about it.
func (e *ForeignError) Hint() string {
	return "name the ledger of that night with --state, or begin another one with --anew"
}

// Admit notes which ledger the night is of, or refuses another one than before with a
// *ForeignError.
func (j *Journal) Admit(ledger mapping.Binding) error {
	if j.Account == "" {
		j.Account, j.Resource = ledger.Account, ledger.Resource
	}
	if j.Account != ledger.Account || j.Resource != ledger.Resource {
		return &ForeignError{mapping.Binding{Account: j.Account, Resource: j.Resource}, ledger}
	}
	return nil
}

// Save puts the journal on disk, for its owner alone.
func (j *Journal) Save() error {
	text, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return fmt.Errorf("encode journal: %w", err)
	}
	if err := atomicwriter.WriteFile(j.path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	return nil
}

// Close lets others have the journal. It does not save it.
func (j *Journal) Close() error {
	if err := j.lock.Unlock(); err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}
