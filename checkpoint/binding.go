package checkpoint

import (
	"fmt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Binding is what the ledger speaks of; the zero Binding when there is none.
func (r *Reader) Binding() mapping.Binding { return r.about.Binding }

// CheckBinding returns a *BindingError when the ledger speaks of something else
// than want. An empty ledger fits everything, and so does one that is not bound
// yet, because it holds decisions only.
func (r *Reader) CheckBinding(want mapping.Binding) error {
	return r.admit(want, nil)
}

// admit is CheckBinding, but for what is to be adopted.
func (r *Reader) admit(want mapping.Binding, opts *Options) error {
	if !r.Exists() || r.about.Binding == (mapping.Binding{}) {
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
		e := &BindingError{Path: r.path, Field: f.name, Got: f.got, Want: f.want}
		if f.got != f.want && !opts.adopt(e) {
			return e
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
	if e.Older() {
		return fmt.Sprintf("open checkpoint %s: an older version of this program wrote it, by the rules %q, which are now %q",
			e.Path, e.Got, e.Want)
	}
	text := fmt.Sprintf("open checkpoint %s: it belongs to %s %q, not %q", e.Path, e.Field, e.Got, e.Want)
	if flags := e.Flags(); flags != "" {
		text += ": other values of " + flags
	}
	return text
}

// Moved reports that all that differs is the machine.
func (e *BindingError) Moved() bool { return e.Field == "machine" }

// Older reports that the rules are the same, but were applied by an older version
// of the mapping: some messages would be written otherwise today.
func (e *BindingError) Older() bool {
	return e.Field == "rules" && mapping.OlderFingerprint(e.Got, e.Want)
}

// Flags names the flags whose values make the difference, where they are policies;
// else it is empty.
func (e *BindingError) Flags() string {
	if e.Field != "rules" {
		return ""
	}
	return mapping.FingerprintDifference(e.Got, e.Want)
}

// Hint says what can be done about it.
func (e *BindingError) Hint() string {
	switch e.Field {
	case "machine":
		return "go on where it was written, or take it over once no run can go on there any more"
	case "rules":
		if e.Older() {
			return "finish with the version of twilio2acs that wrote it, or take it over: what it wrote is then compared and brought up to date"
		}
		if flags := e.Flags(); flags != "" {
			return "what was written followed other policies: use the same " + flags + " as before, or give this migration its own --state"
		}
		return "use the same options and program version as before, or give this migration its own --state"
	default:
		return "check --source, --dest, --media and the credentials, or give this migration its own --state"
	}
}
