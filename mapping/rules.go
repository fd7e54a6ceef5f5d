package mapping

// AddressPolicy says whether phone numbers and e-mail addresses may stand in
// ACS metadata and display names.
type AddressPolicy string

// The address policies. The empty policy masks.
const (
	AddressesMask AddressPolicy = "mask"
	AddressesKeep AddressPolicy = "keep"
)

// Rules decide what is written. They are pure: the same source gives the same
// drafts, on every machine and at every time. The zero value masks addresses
// and has no media store.
type Rules struct {
	Addresses AddressPolicy
	// MediaURL is how a stored file is named in messages, with {key} where the
	// escaped key of the media store goes. Empty means that there is no media
	// store: files and what does not fit are lost.
	MediaURL string
}

// Fingerprint identifies the rules and the version of the mapping. Two runs
// with the same fingerprint write the same messages.
func (r Rules) Fingerprint() string { panic("unwritten") }

// URL names the file stored under key. It is empty when there is no media store.
func (r Rules) URL(key string) string { panic("unwritten") }
