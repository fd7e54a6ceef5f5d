package mapping

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

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
	// Receipts says that the delivery receipts of messages are kept in the sidecar.
	// Whoever drafts a message to be written then gives it its receipts.
	Receipts bool

	// People is what has been decided about single people. It is no part of the
	// fingerprint: whoever changes it sees to it that nobody whom it concerns has been
	// written already. What it erases is gone from the nouns before they are drafted.
	People *Decisions

	// The policies. An empty one is the default, which its type names.
	OverLimit    OverLimitPolicy
	External     ExternalPolicy
	DisplayNames DisplayNamePolicy
	Closed       ClosedPolicy
	OriginalTime OriginalTimePolicy
	// RetentionDays is how many days after its creation a thread deletes itself
	// with all that is in it, MinRetentionDays to MaxRetentionDays; 0 for never.
	RetentionDays int
	// Sizes say how much of a message ACS takes.
	Sizes Sizes
	// Expressions are what users decide about single items; nil decides nothing.
	Expressions *Expressions
}

// keyPlace is where the key goes in Rules.MediaURL.
const keyPlace = "{key}"

// Validate reports what of r cannot be meant. Rules that are not valid still
// map, without panic: an unknown policy is the default one.
func (r Rules) Validate() error {
	switch r.Addresses {
	case "", AddressesMask, AddressesKeep:
	default:
		return fmt.Errorf("address policy %q is neither %s nor %s", r.Addresses, AddressesMask, AddressesKeep)
	}
	if err := cmp.Or(r.validatePolicies(), r.expressions().validate()); err != nil {
		return err
	}
	if r.MediaURL == "" {
		return nil
	}
	if !utf8.ValidString(r.MediaURL) {
		return errors.New("media URL template is not UTF-8")
	}
	if !strings.Contains(r.MediaURL, keyPlace) {
		return fmt.Errorf("media URL template has no %s", keyPlace)
	}
	if len(r.MediaURL) > MaxMediaURL {
		return fmt.Errorf("media URL template is %d bytes long, more than %d", len(r.MediaURL), MaxMediaURL)
	}
	return nil
}

// URL names the file stored under key. It is empty when there is no media store.
func (r Rules) URL(key string) string {
	if !r.stores() {
		return ""
	}
	elements := strings.Split(key, "/")
	for i, e := range elements {
		elements[i] = url.PathEscape(e)
	}
	return strings.ReplaceAll(r.MediaURL, keyPlace, strings.Join(elements, "/"))
}

// masks reports whether addresses are to be masked.
func (r Rules) masks() bool { return r.Addresses != AddressesKeep }

// stores reports whether there is a media store.
func (r Rules) stores() bool { return r.MediaURL != "" }
