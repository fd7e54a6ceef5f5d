package mapping_test

import (
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestOlderFingerprint(t *testing.T) {
	now, keeping := stored.Fingerprint(), mapping.Rules{Addresses: mapping.AddressesKeep}.Fingerprint()
	_, rules, _ := strings.Cut(now, "/")
	for _, tt := range []struct {
		name, was, now string
		want           bool
	}{
		{"an older version", "mapping-1/" + rules, now, true},
		{"the same", now, now, false},
		{"a newer version", now, "mapping-1/" + rules, false},
		{"other rules", "mapping-1/" + rules, keeping, false},
		{"no version", "mapping-/" + rules, now, false},
		{"something else", "r1", "r2", false},
		{"nothing", "", now, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := mapping.OlderFingerprint(tt.was, tt.now); got != tt.want {
				t.Errorf("OlderFingerprint(%q, %q) = %t, want %t", tt.was, tt.now, got, tt.want)
			}
		})
	}
}
