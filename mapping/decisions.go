package mapping

// Decisions are all that has been decided about people. They never change; nil is
// none.
type Decisions struct {
	byKey map[PersonKey]Decision
	erase map[personName]Decision
	names *nameEraser
}

// personName is what people are called in one service, whatever their kind.
type personName struct {
	service ServiceSID
	name    string
}

// NewDecisions makes decisions usable. It returns nil for none.
func NewDecisions(list []Decision) *Decisions {
	if len(list) == 0 {
		return nil
	}
	d := &Decisions{byKey: make(map[PersonKey]Decision, len(list)), erase: make(map[personName]Decision), names: newNameEraser(list)}
	for _, one := range list {
		d.byKey[one.Key] = one
		if one.Action.Erases() {
			d.erase[personName{one.Key.Service, one.Key.Name}] = one
		}
	}
	return d
}

// Of is what has been decided about exactly that person.
func (d *Decisions) Of(key PersonKey) (Decision, bool) {
	if d == nil {
		return Decision{}, false
	}
	one, found := d.byKey[key]
	return one, found
}

// Erases reports whether anybody is to be erased.
func (d *Decisions) Erases() bool { return d != nil && len(d.erase) > 0 }

// Became is the key under which a person stands in the ledger: that of whom they
// are made one with, or that of their pseudonym, or their own.
func (d *Decisions) Became(key PersonKey) PersonKey {
	if one, found := d.erasure(key.Service, key.Name); found {
		key.Name = one.Pseudonym
		return key
	}
	return d.sameAs(key)
}

// sameAs is whom a person is made one with.
func (d *Decisions) sameAs(key PersonKey) PersonKey {
	if one, found := d.Of(key); found && one.SameAs != (PersonKey{}) {
		return one.SameAs
	}
	return key
}

// displayName is the name that was chosen for a person, or, for one who has left,
// for the same one as a member; empty for none.
func (d *Decisions) displayName(key PersonKey) string {
	kinds := []PersonKind{key.Kind}
	if key.Kind == PersonFormer {
		kinds = append(kinds, PersonUser, PersonPlaceholder)
	}
	for _, key.Kind = range kinds {
		if one, found := d.Of(key); found && one.Name != "" {
			return one.Name
		}
	}
	return ""
}

// erasure is the decision to erase somebody of one of these names.
func (d *Decisions) erasure(service ServiceSID, names ...string) (Decision, bool) {
	if !d.Erases() {
		return Decision{}, false
	}
	for _, name := range names {
		if one, found := d.erase[personName{service, name}]; found && name != "" {
			return one, true
		}
	}
	return Decision{}, false
}
