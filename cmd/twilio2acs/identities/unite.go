package identities

import (
	"cmp"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

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
