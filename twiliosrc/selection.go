package twiliosrc

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Selection says which conversations a source shows. The zero value is all of
// them. What is said of several things must all be true.
type Selection struct {
	Services      []mapping.ServiceSID
	Conversations []mapping.ConversationSID
	// Identities are people whose conversations are shown: those they take part
	// in, in whatever service.
	Identities []mapping.Identity
	// Since and Until bound the moment of creation, Until itself excluded. Zero
	// is no bound.
	Since, Until time.Time
	States       []string // active, inactive, closed, initializing
	// Where is a further condition; nil is none. A conversation for which it cannot
	// be answered counts as damaged. Condition is its text, by which a recording
	// that is resumed knows it again.
	Where     func(mapping.Conversation) (bool, error) `json:"-"`
	Condition string                                   `json:",omitempty"`
	// Sample shows no more than so many conversations: always the same ones, as
	// long as they exist, and spread over all. 0 means no sample.
	Sample int
	// Limit shows the first so many conversations only. 0 means no limit.
	Limit int
}

// SelectionError says that a selection cannot be made.
type SelectionError struct {
	What  string // "service", "conversation", "identity", …
	Value string
	Err   error
}

func (e *SelectionError) Error() string {
	return fmt.Sprintf("select %s %.80q: %v", e.What, e.Value, e.Err)
}

func (e *SelectionError) Unwrap() error { return e.Err }

// Hint says what can be done about it.
func (e *SelectionError) Hint() string {
	if errors.Is(e.Err, errUnknown) {
		return "check the spelling, and whether it belongs to this account and region"
	}
	return "SIDs look like CH and 32 hexadecimal digits; states are active, inactive, closed and initializing"
}

var (
	errUnknown  = errors.New("the account does not have it")
	errNoState  = errors.New("there is no such state")
	errBackward = errors.New("the time ends before it begins")
	errNegative = errors.New("it is negative")
)

var states = []string{mapping.StateInitializing, mapping.StateActive, mapping.StateInactive, mapping.StateClosed}

// check refuses what can select nothing.
func (s Selection) check() error {
	for _, sid := range s.Services {
		if err := checkSID(prefixService, "SID", sid); err != nil {
			return &SelectionError{"service", string(sid), err}
		}
	}
	for _, sid := range s.Conversations {
		if err := checkSID(prefixConversation, "SID", sid); err != nil {
			return &SelectionError{"conversation", string(sid), err}
		}
	}
	for _, state := range s.States {
		if !slices.Contains(states, state) {
			return &SelectionError{"state", state, errNoState}
		}
	}
	switch {
	case !s.Since.IsZero() && !s.Until.IsZero() && !s.Since.Before(s.Until):
		return &SelectionError{"time until", s.Until.Format(time.RFC3339), errBackward}
	case min(s.Sample, s.Limit) < 0:
		return &SelectionError{"number", fmt.Sprint(min(s.Sample, s.Limit)), errNegative}
	}
	return nil
}

// IsAll reports whether s leaves nothing out.
func (s Selection) IsAll() bool {
	return len(s.Services)+len(s.Conversations)+len(s.Identities)+len(s.States)+s.Sample+s.Limit == 0 &&
		s.Since.IsZero() && s.Until.IsZero() && s.Where == nil
}

// hasService reports whether anything of a service may be shown.
func (s Selection) hasService(sid mapping.ServiceSID) bool {
	return len(s.Services) == 0 || slices.Contains(s.Services, sid)
}

// matches reports whether c is selected, as far as c itself tells. A creation
// date that cannot be read is an error if it matters.
func (s Selection) matches(c mapping.Conversation) (bool, error) {
	switch {
	case !s.hasService(c.ServiceSID),
		len(s.Conversations) > 0 && !slices.Contains(s.Conversations, c.SID),
		len(s.States) > 0 && !slices.Contains(s.States, c.State):
		return false, nil
	case s.Since.IsZero() && s.Until.IsZero():
		return s.where(c)
	}
	created, err := c.DateCreated.Time()
	if err != nil || created.IsZero() {
		return false, errors.New("date_created cannot be read, so that nothing can be selected by it")
	}
	if created.Before(s.Since) || !s.Until.IsZero() && !created.Before(s.Until) {
		return false, nil
	}
	return s.where(c)
}

// where reports whether c meets the further condition.
func (s Selection) where(c mapping.Conversation) (bool, error) {
	if s.Where == nil {
		return true, nil
	}
	return s.Where(c)
}

// filter leaves out what is not selected. Damage of what may be selected stays.
func (s Selection) filter(conversations iter.Seq2[mapping.Conversation, error]) iter.Seq2[mapping.Conversation, error] {
	return func(yield func(mapping.Conversation, error) bool) {
		for c, err := range conversations {
			ok := err != nil && s.mayConcern(err)
			if err == nil {
				if ok, err = s.matches(c); err != nil {
					ok, err = true, &mapping.DamagedError{Place: "conversation " + string(c.SID), Conversation: c.SID, Err: err}
				}
			}
			if ok && !yield(c, err) {
				return
			}
		}
	}
}

// mayConcern reports whether an error may hide something that is selected.
func (s Selection) mayConcern(err error) bool {
	var d *mapping.DamagedError
	return !errors.As(err, &d) || d.Conversation == "" ||
		len(s.Conversations) == 0 || slices.Contains(s.Conversations, d.Conversation)
}

// bounded takes the sample, if there is to be one, and no more than the limit.
// Errors pass and do not count.
func (s Selection) bounded(conversations iter.Seq2[mapping.Conversation, error]) iter.Seq2[mapping.Conversation, error] {
	if s.Sample > 0 {
		conversations = sample(conversations, s.Sample)
	}
	if s.Limit == 0 {
		return conversations
	}
	return func(yield func(mapping.Conversation, error) bool) {
		n := 0
		for c, err := range conversations {
			if !yield(c, err) {
				return
			}
			if err == nil {
				n++
			}
			if n == s.Limit {
				return
			}
		}
	}
}

// sampled is a conversation in a sample that is being taken.
type sampled struct {
	mapping.Conversation
	rank  uint64
	place int // in the listing
}

// sample yields the n conversations whose SIDs have the lowest hashes, in the
// order of the listing, which it reads to its end. It holds 2n of them.
func sample(conversations iter.Seq2[mapping.Conversation, error], n int) iter.Seq2[mapping.Conversation, error] {
	return func(yield func(mapping.Conversation, error) bool) {
		var found []sampled
		place := 0
		for c, err := range conversations {
			if err != nil {
				if !yield(c, err) {
					return
				}
				continue
			}
			found = append(found, sampled{c, rank(c.SID), place})
			place++
			if len(found) == 2*n {
				found = lowest(found, n)
			}
		}
		found = lowest(found, n)
		slices.SortFunc(found, func(a, b sampled) int { return cmp.Compare(a.place, b.place) })
		for _, c := range found {
			if !yield(c.Conversation, nil) {
				return
			}
		}
	}
}

func lowest(found []sampled, n int) []sampled {
	slices.SortFunc(found, func(a, b sampled) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.SID, b.SID))
	})
	kept := found[:min(n, len(found))]
	clear(found[len(kept):])
	return kept
}

func rank(sid mapping.ConversationSID) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(sid)) // a hash never fails
	return h.Sum64()
}

// unknown is the error of the first of what was asked for that was not found.
func unknown[S ~string](what string, asked []S, found func(S) bool) error {
	for _, v := range asked {
		if !found(v) {
			return &SelectionError{what, string(v), errUnknown}
		}
	}
	return nil
}

// services are those that are selected. All are read before the first is
// yielded, because an unknown one is better noticed at once.
func (s Selection) services(all iter.Seq2[mapping.Service, error]) iter.Seq2[mapping.Service, error] {
	if len(s.Services) == 0 {
		return all
	}
	return func(yield func(mapping.Service, error) bool) {
		found := map[mapping.ServiceSID]mapping.Service{}
		for v, err := range all {
			if err != nil && !yield(mapping.Service{}, err) {
				return
			}
			found[v.SID] = v
		}
		has := func(sid mapping.ServiceSID) bool { return found[sid].SID == sid }
		if err := unknown("service", s.Services, has); err != nil {
			yield(mapping.Service{}, err)
			return
		}
		for _, sid := range slices.Compact(slices.Sorted(slices.Values(s.Services))) {
			if !yield(found[sid], nil) {
				return
			}
		}
	}
}
