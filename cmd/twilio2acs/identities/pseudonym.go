package identities

import (
	"crypto/rand"
	"encoding/hex"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// drawPseudonyms gives whoever is anonymised a name that tells nothing: the one
// they had, or a new one. Somebody of several kinds has one.
func (d *deciding) drawPseudonyms() {
	type human struct {
		service mapping.ServiceSID
		name    string
	}
	drawn, taken := make(map[human]string), make(map[string]bool)
	for key, one := range d.before {
		if one.Pseudonym != "" {
			drawn[human{key.Service, key.Name}], taken[one.Pseudonym] = one.Pseudonym, true
		}
	}
	for _, key := range sortedKeys(d.now) {
		one, who := d.now[key], human{key.Service, key.Name}
		if one.Action != mapping.ActionAnonymise {
			continue
		}
		if drawn[who] == "" {
			drawn[who] = newPseudonym(taken)
		}
		one.Pseudonym = drawn[who]
		d.now[key] = one
	}
}

// newPseudonym draws a name that nobody has, and takes it.
func newPseudonym(taken map[string]bool) string {
	for {
		var digits [4]byte
		_, _ = rand.Read(digits[:]) // it never fails
		name := "Person " + hex.EncodeToString(digits[:])
		if !taken[name] {
			taken[name] = true
			return name
		}
	}
}
