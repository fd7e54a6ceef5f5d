package identities

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
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

// unite sees to what concerns several people at once.
func (d *deciding) unite() {
	d.uniteUsers()
	for _, key := range d.order {
		switch one := d.now[key]; one.Action {
		case mapping.ActionMerge:
			d.checkMerge(one)
		case mapping.ActionUse:
			d.checkUse(one)
		case mapping.ActionDrop, mapping.ActionAnonymise:
			d.checkErasure(one)
		}
	}
	d.checkAbsent()
	d.drawPseudonyms()
}

// checkAbsent refuses what a line does to people who are not in the table, but were
// made one with the person it is about.
func (d *deciding) checkAbsent() {
	for _, key := range sortedKeys(d.now) {
		one := d.now[key]
		if _, there := d.lines[key]; there || one.Action != mapping.ActionMerge {
			continue
		}
		if into := d.now[one.SameAs]; into.SameAs != (mapping.PersonKey{}) || into.Action.Erases() {
			d.wrong(into.Key, columnAction, "%s was made one with this person and is not in the table: decide about both", reference(key, mapping.Rules{}.PublicName))
		}
	}
}

// uniteUsers makes those one person who are to use the same ACS user: the one who
// was that before, or else the first.
func (d *deciding) uniteUsers() {
	first := make(map[mapping.CommunicationUserID]mapping.PersonKey)
	keys := sortedKeys(d.now)
	d.resource = d.past.Resource()
	for _, old := range []bool{true, false} {
		for _, key := range keys {
			one, was := d.now[key], d.before[key]
			uses := one.Action == mapping.ActionUse && (!old || was.User == one.User && was.SameAs == (mapping.PersonKey{}))
			if _, taken := first[one.User]; uses && !taken {
				first[one.User] = d.owner(one.User, key)
			}
		}
	}
	for _, key := range keys {
		one := d.now[key]
		if one.Action != mapping.ActionUse {
			continue
		}
		d.resource = cmp.Or(d.resource, ResourceOf(one.User))
		one.SameAs = mapping.PersonKey{}
		if first[one.User] != key {
			one.SameAs = first[one.User]
		}
		d.now[key] = one
	}
}

// owner is for whom a user was created, or else key.
func (d *deciding) owner(user mapping.CommunicationUserID, key mapping.PersonKey) mapping.PersonKey {
	if holder, known := d.past.Holder(user); known {
		return holder
	}
	return key
}

func (d *deciding) checkUse(one mapping.Decision) {
	if kind := one.SameAs.Kind; kind != "" && kind != mapping.PersonUser && kind != mapping.PersonPlaceholder {
		d.wrong(one.Key, columnACSID, "the ACS user stands for a %s: nobody may sign in as that", kind)
	}
	if own := ResourceOf(one.User); own != d.resource {
		d.wrong(one.Key, columnACSID, "the ACS user is of resource %s, others are of %s", own, d.resource)
	}
}

// ResourceOf is the part of a user's ID that names the resource.
func ResourceOf(user mapping.CommunicationUserID) string {
	resource, _, _ := strings.Cut(strings.TrimPrefix(string(user), "8:acs:"), "_")
	return resource
}

func (d *deciding) checkMerge(one mapping.Decision) {
	into := d.now[one.SameAs]
	_, there := d.lines[one.SameAs]
	if !there {
		_, there = d.now[one.SameAs]
	}
	switch {
	case one.SameAs == one.Key:
		d.wrong(one.Key, columnSameAs, "it names the person themselves")
	case !there:
		d.wrong(one.Key, columnSameAs, "no %s of the table has that service and identity", one.Key.Kind)
	case into.SameAs != (mapping.PersonKey{}):
		d.wrong(one.Key, columnSameAs, "that person is made one with somebody else: name %s", reference(into.SameAs, same))
	case into.Action.Erases():
		d.wrong(one.Key, columnSameAs, "nothing of that person is carried: action is %s", into.Action)
	}
}

func same(name string) string { return name }

// checkErasure refuses to erase somebody in one row and to keep them in another.
func (d *deciding) checkErasure(one mapping.Decision) {
	for _, kind := range kinds {
		key := one.Key
		key.Kind = kind
		if other := d.now[key]; other.Action != "" && other.Action != one.Action || other.Name != "" {
			d.wrong(one.Key, columnAction, "%s concerns everybody of that name in the service, and the %s of that name is decided about otherwise", one.Action, kind)
			return
		}
	}
}

// drawPseudonyms gives whoever is anonymised a name that tells nothing: the one
// they had, or a new one. Somebody of several kinds has one.
func (d *deciding) drawPseudonyms() {
	type human struct {
		service mapping.ServiceSID
		name    string
	}
	drawn, taken := make(map[human]string), make(map[string]bool)
	for key, one := range d.before {
		if one.Pseudonym != "" {
			drawn[human{key.Service, key.Name}], taken[one.Pseudonym] = one.Pseudonym, true
		}
	}
	for _, key := range sortedKeys(d.now) {
		one, who := d.now[key], human{key.Service, key.Name}
		if one.Action != mapping.ActionAnonymise {
			continue
		}
		if drawn[who] == "" {
			drawn[who] = newPseudonym(taken)
		}
		one.Pseudonym = drawn[who]
		d.now[key] = one
	}
}

// newPseudonym draws a name that nobody has, and takes it.
func newPseudonym(taken map[string]bool) string {
	for {
		var digits [4]byte
		_, _ = rand.Read(digits[:]) // it never fails
		name := "Person " + hex.EncodeToString(digits[:])
		if !taken[name] {
			taken[name] = true
			return name
		}
	}
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
