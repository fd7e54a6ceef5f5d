package checkpoint

import (
	"fmt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Binding is what the ledger speaks of; the zero Binding when there is none.
func (r *Reader) Binding() mapping.Binding { return r.about.Binding }

// CheckBinding returns a *BindingError when the ledger speaks of something else
// than want. An empty ledger fits everything.
func (r *Reader) CheckBinding(want mapping.Binding) error {
	return r.admit(want, false)
}

// admit is CheckBinding, but for another machine where that is to be adopted.
func (r *Reader) admit(want mapping.Binding, adopt bool) error {
	if mismatch := r.mismatch(want); mismatch != nil && !(adopt && mismatch.Moved()) {
		return mismatch
	}
	return nil
}

// mismatch is nil where the ledger speaks of want.
func (r *Reader) mismatch(want mapping.Binding) *BindingError {
	if !r.Exists() {
		return nil
	}
	got := r.about.Binding
	for _, f := range []struct{ name, got, want string }{
		{"account", string(got.Account), string(want.Account)},
		{"region", got.Region, want.Region},
		{"resource", got.Resource, want.Resource},
		{"media", got.Media, want.Media},
		{"rules", got.Rules, want.Rules},
		{"machine", got.Machine, want.Machine},
	} {
		if f.got != f.want {
			return &BindingError{Path: r.path, Field: f.name, Got: f.got, Want: f.want}
		}
	}
	return nil
}

// BindingError is a ledger that speaks of something else than the run. Where
// several things differ it names the first, and the machine only when nothing
// else does.
type BindingError struct {
	Path  string
	Field string // account, region, resource, media, rules or machine
	Got   string // in the ledger
	Want  string // of the run
}

func (e *BindingError) Error() string {
	return fmt.Sprintf("open checkpoint %s: it belongs to %s %q, not %q", e.Path, e.Field, e.Got, e.Want)
}

// Moved reports that all that differs is the machine.
func (e *BindingError) Moved() bool { return e.Field == "machine" }

// Hint says what can be done about it.
func (e *BindingError) Hint() string {
	switch e.Field {
	case "machine":
		return "go on where it was written, or take it over once no run can go on there any more"
	case "rules":
		return "use the same options and program version as before, or give this migration its own --state"
	default:
		return "check --source, --dest, --media and the credentials, or give this migration its own --state"
	}
}
