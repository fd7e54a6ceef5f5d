package identities

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A Past is what has been decided and done before.
type Past interface {
	Decisions() ([]mapping.Decision, error)
	// Holder is whom a communication user belongs to; false for nobody known.
	Holder(mapping.CommunicationUserID) (mapping.PersonKey, bool)
	// Resource is the part of the IDs of known communication users that is the same
	// in all of one resource; empty when none is known.
	Resource() string
	// Written reports whether something of a person has been written to ACS, under
	// what was decided about them before.
	Written(mapping.PersonKey, mapping.Decision) (bool, error)
}

// Changes are the decisions of a table that differ from those of before, those
// taken back among them as zero decisions. People whom the table does not name stay
// as they were.
//
// The error is a *Mistakes when lines do not go together, and a *WrittenError when
// they concern somebody of whom something has been written.
func Changes(file string, lines []Line, past Past) ([]mapping.Decision, error) {
	list, err := past.Decisions()
	if err != nil {
		return nil, err
	}
	d := &deciding{past: past, before: make(map[mapping.PersonKey]mapping.Decision), now: make(map[mapping.PersonKey]mapping.Decision)}
	for _, one := range list {
		d.before[one.Key], d.now[one.Key] = one, one
	}
	d.take(lines)
	d.unite()
	if len(d.mistakes) > 0 {
		slices.SortStableFunc(d.mistakes, func(a, b Mistake) int { return cmp.Compare(a.Line, b.Line) })
		return nil, &Mistakes{file, d.mistakes}
	}
	return d.changes()
}

// deciding is the work on one table.
type deciding struct {
	past        Past
	before, now map[mapping.PersonKey]mapping.Decision
	lines       map[mapping.PersonKey]Line
	order       []mapping.PersonKey // of the lines
	resource    string              // of all communication users
	mistakes    []Mistake
}

func (d *deciding) wrong(key mapping.PersonKey, column, problem string, args ...any) {
	d.mistakes = append(d.mistakes, Mistake{d.lines[key].Number, column, fmt.Sprintf(problem, args...)})
}

// take makes decisions of lines, each person once.
func (d *deciding) take(lines []Line) {
	d.lines = make(map[mapping.PersonKey]Line, len(lines))
	for _, l := range lines {
		if l.Masked || l.Key.Name == "" {
			continue // nothing is decided about them, as Read has seen to
		}
		if first, again := d.lines[l.Key]; again {
			d.mistakes = append(d.mistakes, Mistake{l.Number, columnIdentity, fmt.Sprintf("line %d is about the same person", first.Number)})
			continue
		}
		d.lines[l.Key] = l
		d.order = append(d.order, l.Key)
		delete(d.now, l.Key)
		if one := d.decision(l, d.before[l.Key]); !one.IsZero() {
			d.now[l.Key] = one
		}
	}
}

// decision is what a line says, after what was decided before.
func (d *deciding) decision(l Line, was mapping.Decision) mapping.Decision {
	one := mapping.Decision{Key: l.Key, Action: l.Action, SameAs: l.SameAs, Name: l.Name}
	switch l.Action {
	case mapping.ActionUse:
		one.User = l.ACSID
	case mapping.ActionAnonymise, mapping.ActionDrop:
		one.Names = namesOf(l)
		if was.Action == l.Action && slices.Equal(l.AlsoCalled, alsoCalled(was, l.FriendlyName)) {
			one.Names = was.Names // the friendly name may be another by now
		}
	}
	return one
}

// namesOf are the names by which somebody is looked for in texts.
func namesOf(l Line) []string {
	var names []string
	for _, name := range append([]string{l.FriendlyName}, l.AlsoCalled...) {
		if name = strings.TrimSpace(name); name != "" && name != l.Key.Name && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// changes are what differs from before. Nothing of those whom it concerns may have
// been written.
func (d *deciding) changes() ([]mapping.Decision, error) {
	keys := sortedKeys(d.before)
	for _, key := range sortedKeys(d.now) {
		if _, there := d.before[key]; !there {
			keys = append(keys, key)
		}
	}
	var changed []mapping.Decision
	var written []mapping.PersonKey
	for _, key := range keys {
		was, is := d.before[key], d.now[key]
		was.Key, is.Key = key, key
		if equal(was, is) {
			continue
		}
		already, err := d.past.Written(key, was)
		if err != nil {
			return nil, err
		}
		if already {
			written = append(written, key)
		}
		changed = append(changed, is)
	}
	if len(written) > 0 {
		return nil, &WrittenError{written}
	}
	return changed, nil
}

func equal(a, b mapping.Decision) bool {
	names := slices.Equal(a.Names, b.Names)
	return names && a.Action == b.Action && a.User == b.User && a.SameAs == b.SameAs && a.Name == b.Name && a.Pseudonym == b.Pseudonym
}

func sortedKeys(decisions map[mapping.PersonKey]mapping.Decision) []mapping.PersonKey {
	keys := make([]mapping.PersonKey, 0, len(decisions))
	for key := range decisions {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b mapping.PersonKey) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Name, b.Name))
	})
	return keys
}
