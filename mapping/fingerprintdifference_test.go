package mapping_test

import (
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestFingerprintDifference(t *testing.T) {
	print := func(r mapping.Rules) string { return r.Fingerprint() }
	skipping := mapping.Rules{Closed: mapping.ClosedSkip}
	for _, tt := range []struct{ name, was, now, want string }{
		{"none", print(stored), print(stored), ""},
		{"a policy more", print(mapping.Rules{}), print(skipping), "--closed"},
		{"a policy less", print(skipping), print(mapping.Rules{}), "--closed"},
		{"another value", print(mapping.Rules{RetentionDays: 30}), print(mapping.Rules{RetentionDays: 60}), "--retention"},
		{"several", print(mapping.Rules{Addresses: mapping.AddressesKeep, Receipts: true}), print(stored), "--addresses, --media-url-template, --receipts"},
		{"another version", "mapping-1/mask/00", print(skipping), ""},
		{"something else", "r1", "r2", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := mapping.FingerprintDifference(tt.was, tt.now); got != tt.want {
				t.Errorf("FingerprintDifference(%q, %q) = %q; want %q", tt.was, tt.now, got, tt.want)
			}
		})
	}
}
