package mapping

// PersonAuthor is the kind of an author that is free text: no communication user
// is made of one, but a decision can be made about it.
const PersonAuthor PersonKind = "author"

// PersonAction is what is to become of a person, where that is not simply a
// communication user of their own.
type PersonAction string

// The actions. The empty one makes a communication user.
const (
	// ActionUse makes the person an ACS user that exists already.
	ActionUse PersonAction = "use"
	// ActionMerge makes the person the same ACS user as another one.
	ActionMerge PersonAction = "merge"
	// ActionDrop leaves the person out: they are no member of any thread, and in
	// the place of each message of theirs stands a line that says so.
	ActionDrop PersonAction = "drop"
	// ActionAnonymise carries the person's messages under a pseudonym. Nothing else
	// that is known of them is carried.
	ActionAnonymise PersonAction = "anonymise"
)

// Erases reports whether nothing of the person may be carried.
func (a PersonAction) Erases() bool { return a == ActionDrop || a == ActionAnonymise }

// Decision is what somebody has decided about a person before anything of theirs
// is written.
type Decision struct {
	// Key names the person. An action that erases concerns everybody of that name in
	// that service, of whatever kind: the author who has left is the same human.
	Key    PersonKey    `json:"key"`
	Action PersonAction `json:"action,omitempty"`
	// User is the ACS user of ActionUse.
	User CommunicationUserID `json:"user,omitempty"`
	// SameAs is whom ActionMerge and, for an ACS user that several people are,
	// ActionUse make the person one with; the zero key for nobody.
	SameAs PersonKey `json:"sameAs,omitzero"`
	// Name is the display name in ACS; empty for that which the rules choose.
	Name string `json:"name,omitempty"`
	// Pseudonym stands for an anonymised person, everywhere. It is drawn by lot, so
	// that nobody can find the name for it by trying names.
	Pseudonym string `json:"pseudonym,omitempty"`
	// Names are what else an erased person is called, to be looked for in texts.
	Names []string `json:"names,omitempty"`
}

// IsZero reports that nothing has been decided.
func (d Decision) IsZero() bool { return d.Action == "" && d.Name == "" }
