package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// SavedFormat marks a saved plan.
const SavedFormat = "twilio2acs-plan/v1"

// Basis is what a plan was made on, besides what the source holds.
type Basis struct {
	// Binding says between what and what, and under which rules. Its machine does
	// not matter, and a resource that was not known yet is empty.
	Binding  mapping.Binding `json:"binding"`
	Policies []Policy        `json:"policies"`
	Run      int             `json:"run"`    // the latest in the ledger
	Counts   mapping.Counts  `json:"ledger"` // what the ledger held
}

// savedHead is the first line of a saved plan.
type savedHead struct {
	Format  string    `json:"format"`
	SavedAt time.Time `json:"savedAt"`
	Basis
}

// savedEnd is its last line: without it the file is cut short.
type savedEnd struct {
	End           bool   `json:"end"`
	Conversations int64  `json:"conversations"`
	Messages      int64  `json:"messages"`
	People        string `json:"people"` // a digest
	Gone          string `json:"gone"`   // a digest of what would be deleted
}

// Saver writes a plan down while it is made: a line for what it is based on, a mark
// for each conversation, and a line for the rest. It is a Marker that has to be
// finished.
type Saver struct {
	*Marker
	enc *json.Encoder
}

// NewSaver begins a saved plan in w.
func NewSaver(w io.Writer, b Basis, now time.Time) (*Saver, error) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	s := &Saver{enc: enc, Marker: NewMarker(func(m Mark) error { return enc.Encode(m) })}
	return s, enc.Encode(savedHead{SavedFormat, now.UTC().Truncate(time.Second), b})
}

// Finish writes the last line.
func (s *Saver) Finish() error { return s.enc.Encode(s.end()) }

func (m *Marker) end() savedEnd {
	return savedEnd{End: true, Conversations: m.conversations, Messages: m.messages, People: m.people.String(), Gone: m.gone.String()}
}

// Saved is a saved plan that was read. It grows with the number of conversations.
type Saved struct {
	head  savedHead
	marks map[mapping.ConversationSID]Mark
	end   savedEnd
}

// SavedAt is when the plan was made.
func (s *Saved) SavedAt() time.Time { return s.head.SavedAt }

// Policy is the value of a policy that the plan was made under, empty for one that
// it does not know.
func (s *Saved) Policy(name string) string {
	for _, p := range s.head.Policies {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// maxSavedLine is more than a line of a saved plan has, in bytes.
const maxSavedLine = 1 << 20

// ReadSaved reads a saved plan. A file that is none, or not all of one, is a
// *NoPlanError.
func ReadSaved(r io.Reader) (*Saved, error) {
	s := &Saved{marks: make(map[mapping.ConversationSID]Mark)}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxSavedLine)
	for n := 1; lines.Scan(); n++ {
		if err := s.line(n, lines.Bytes()); err != nil {
			return nil, &NoPlanError{fmt.Errorf("line %d: %w", n, err)}
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, &NoPlanError{err}
	case err != nil:
		return nil, err
	case !s.end.End:
		return nil, &NoPlanError{errors.New("it has no end")}
	case s.end.Conversations != int64(len(s.marks)):
		return nil, &NoPlanError{fmt.Errorf("it has %d conversations, not %d", len(s.marks), s.end.Conversations)}
	}
	return s, nil
}

// line takes in one line.
func (s *Saved) line(n int, text []byte) error {
	if s.end.End {
		return errors.New("it goes on behind its end")
	}
	if n == 1 {
		if err := json.Unmarshal(text, &s.head); err != nil {
			return errors.New("no JSON")
		}
		if s.head.Format != SavedFormat {
			return fmt.Errorf("its format is not %s", SavedFormat)
		}
		return nil
	}
	var end savedEnd
	var m Mark
	if err := errors.Join(json.Unmarshal(text, &m), json.Unmarshal(text, &end)); err != nil {
		return errors.New("no JSON")
	}
	if end.End {
		s.end = end
		return nil
	}
	if _, again := s.marks[m.SID]; m.SID == "" || again {
		return errors.New("no mark of a conversation")
	}
	s.marks[m.SID] = m
	return nil
}

// NoPlanError says that a file is no saved plan.
type NoPlanError struct{ Err error }

func (e *NoPlanError) Error() string { return "no saved plan: " + e.Err.Error() }
func (e *NoPlanError) Unwrap() error { return e.Err }

// Hint is the remedy.
func (e *NoPlanError) Hint() string { return "make it anew with plan --save" }
