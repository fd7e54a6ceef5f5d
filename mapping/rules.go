package mapping

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// version counts the changes after which the same source gives other drafts. A
// ledger is bound to it through Rules.Fingerprint.
const version = 2

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
}

// keyPlace is where the key goes in Rules.MediaURL.
const keyPlace = "{key}"

// Validate reports what of r cannot be meant. Rules that are not valid still
// map, without panic: an unknown policy masks.
func (r Rules) Validate() error {
	switch r.Addresses {
	case "", AddressesMask, AddressesKeep:
	default:
		return fmt.Errorf("address policy %q is neither %s nor %s", r.Addresses, AddressesMask, AddressesKeep)
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

// Fingerprint identifies the rules and the version of the mapping. Two runs
// with the same fingerprint write the same messages. The media URL, which may
// carry a signature, stands in it as a digest only.
func (r Rules) Fingerprint() string {
	policy := AddressesMask
	if !r.masks() {
		policy = AddressesKeep
	}
	sum := sha256.Sum256(appendField(nil, r.MediaURL))
	receipts := ""
	if r.Receipts {
		receipts = "/receipts"
	}
	return fmt.Sprintf("mapping-%d/%s/%x%s", version, policy, sum[:8], receipts)
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
