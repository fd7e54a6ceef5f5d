package mapping

// PersonKind says why a communication user exists.
type PersonKind string

// The kinds of people that get a communication user.
const (
	// PersonUser is a chat user, who will sign in with the ACS identity.
	PersonUser PersonKind = "user"
	// PersonPlaceholder stands for somebody behind an SMS number, a WhatsApp
	// or an e-mail address. Nobody ever signs in with it.
	PersonPlaceholder PersonKind = "placeholder"
	// PersonFormer stands for an author who has left the conversation. It is
	// not the ACS user that person may sign in with, because a removed member
	// of a thread keeps reading its old messages.
	PersonFormer PersonKind = "former"
	// PersonKeeper is the one service identity of the migration. It sends for
	// authors that are no person, such as "system".
	PersonKeeper PersonKind = "keeper"
	// PersonCanary is a member of the throw-away thread in which a run tries out
	// ACS. It is deleted with that thread, by the next run at the latest.
	PersonCanary PersonKind = "canary"
)

// PersonKey names one communication user, whatever its ID will be. Name is the
// identity, the address or the author's text; it and Service are empty for the
// keeper.
type PersonKey struct {
	Kind    PersonKind `json:"kind"`
	Service ServiceSID `json:"service,omitempty"`
	Name    string     `json:"name,omitempty"`
}

// Keeper is the key of the keeper.
var Keeper = PersonKey{Kind: PersonKeeper}

// Directory knows the users and roles of the whole account.
type Directory interface {
	User(ServiceSID, Identity) (User, bool)
	Role(RoleSID) (Role, bool)
}
