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

// What stands in ledgers for ever.
func TestFingerprintOfLedgers(t *testing.T) {
	for want, r := range map[string]mapping.Rules{
		"mapping-2/mask/6e340b9cffb37a98":          {},
		"mapping-2/keep/6e340b9cffb37a98/receipts": {Addresses: mapping.AddressesKeep, Receipts: true},
		"mapping-2/mask/6e340b9cffb37a98/over-limit=recent/external=skip/display-names=neutral/closed=read-only/retention=45": {OverLimit: mapping.OverLimitRecent, External: mapping.ExternalSkip, DisplayNames: mapping.DisplayNamesNeutral, Closed: mapping.ClosedReadOnly, RetentionDays: 45},
	} {
		if got := r.Fingerprint(); got != want {
			t.Errorf("Fingerprint() = %q; want %q", got, want)
		}
		if got, ok := mapping.RulesOf(want, ""); !ok || got.Fingerprint() != want {
			t.Errorf("RulesOf(%q) = %+v, %t", want, got, ok)
		}
	}
}

// Rules come back from their fingerprint; what no rules have gives none.
func FuzzRulesOf(f *testing.F) {
	f.Add(stored.Fingerprint(), stored.MediaURL)
	f.Add(defaults.Fingerprint(), "")
	f.Add("mapping-2/keep/x/receipts/external=skip/retention=45/external=skip", "{key}")
	f.Add("mapping-1/mask//closed=", "")
	f.Fuzz(func(t *testing.T, fingerprint, mediaURL string) {
		r, ok := mapping.RulesOf(fingerprint, mediaURL)
		switch {
		case ok && (r.Fingerprint() != fingerprint || r.MediaURL != mediaURL):
			t.Errorf("RulesOf(%q) = %+v, which have the fingerprint %q", fingerprint, r, r.Fingerprint())
		case !ok && r != (mapping.Rules{}):
			t.Errorf("RulesOf(%q) = %+v without being known", fingerprint, r)
		}
	})
}
