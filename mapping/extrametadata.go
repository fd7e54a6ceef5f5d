package mapping

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// ExtraMetadata is a key that users add to the metadata of an Item, with what makes
// its value. A blank value is left out.
type ExtraMetadata[Item any] struct {
	Key   string
	Value func(Item) (string, error)
}

// MaxExtraKeys is how many keys users may add to the metadata of a thread, of a
// member and of a message each. ACS publishes no limit on their number; this one
// keeps room for those of the program.
const MaxExtraKeys = 10

// maxExtraKey bounds such a key, in bytes.
const maxExtraKey = 64

var errKeySyntax = errors.New("must be of letters, digits, '.', '_' and '-', and begin with a letter")

// CheckExtraKey says why users may not add a key to metadata; nil when they may. Keys
// of this program, of the ACS UI library, and any that begin like ours are taken.
func CheckExtraKey(key string) error {
	switch {
	case strings.HasPrefix(strings.ToLower(key), "twilio"):
		return errors.New("keys that begin with twilio are those of this program")
	case key == KeyHasAttachment, key == KeyAttachmentURL, key == KeyFileSharingMetadata:
		return errors.New("is a key of attachments")
	case len(key) > maxExtraKey:
		return fmt.Errorf("is longer than %d bytes", maxExtraKey)
	case key == "" || !isLetter(key[0]):
		return errKeySyntax
	}
	for i := range len(key) {
		if b := key[i]; !isLetter(b) && (b < '0' || b > '9') && b != '.' && b != '_' && b != '-' {
			return errKeySyntax
		}
	}
	return nil
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// validate reports keys that may not be added.
func (e Expressions) validate() error {
	return cmp.Or(
		checkExtras(FlagMetadata, e.ThreadMetadata),
		checkExtras(FlagMemberMetadata, e.MemberMetadata),
		checkExtras(FlagMessageMetadata, e.MessageMetadata),
	)
}

func checkExtras[Item any](flag string, extras []ExtraMetadata[Item]) error {
	if len(extras) > MaxExtraKeys {
		return fmt.Errorf("%s has %d keys, more than %d", flag, len(extras), MaxExtraKeys)
	}
	seen := make(map[string]bool, len(extras))
	for _, x := range extras {
		if err := CheckExtraKey(x.Key); err != nil {
			return fmt.Errorf("%s key %q: %w", flag, x.Key, err)
		}
		if seen[x.Key] {
			return fmt.Errorf("%s key %q stands there twice", flag, x.Key)
		}
		seen[x.Key] = true
	}
	return nil
}

// extraFields are what users add to the metadata of item. An address is masked like
// anywhere else.
func extraFields[Item any](r Rules, flag string, extras []ExtraMetadata[Item], item Item, t *tally) []field {
	var fields []field
	for _, x := range extras {
		value, err := x.Value(item)
		if value = t.express(flag+" "+x.Key, value, err); value == "" {
			continue
		}
		if r.masks() && isAddress(value) {
			t.lose(LossAddressMasked, x.Key)
			continue
		}
		value, repaired := repairText(value)
		if repaired {
			t.lose(LossTextRepaired, x.Key)
		}
		fields = append(fields, field{x.Key, value})
	}
	return fields
}
