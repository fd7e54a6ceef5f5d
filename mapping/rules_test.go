package mapping_test

import (
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestURL(t *testing.T) {
	for _, tt := range []struct{ name, template, key, want string }{
		{"no media store", "", "CH1/ME1/a.png", ""},
		{"plain", "https://x.example/{key}", "CH1/ME1/a.png", "https://x.example/CH1/ME1/a.png"},
		{"each element is escaped", "https://x.example/{key}?s=1", "CH1/ME1/a b#?%.png", "https://x.example/CH1/ME1/a%20b%23%3F%25.png?s=1"},
		{"every place", "https://{key}/{key}", "a", "https://a/a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (mapping.Rules{MediaURL: tt.template}).URL(tt.key); got != tt.want {
				t.Errorf("URL(%q) = %q; want %q", tt.key, got, tt.want)
			}
		})
	}
}

// defaults name each policy.
var defaults = mapping.Rules{
	Addresses: mapping.AddressesMask, OverLimit: mapping.OverLimitBlock, External: mapping.ExternalPlaceholder,
	DisplayNames: mapping.DisplayNamesIdentity, Closed: mapping.ClosedMigrate, OriginalTime: mapping.OriginalTimeNone,
}

func TestFingerprint(t *testing.T) {
	zero := mapping.Rules{}
	if got, want := zero.Fingerprint(), (mapping.Rules{Addresses: mapping.AddressesMask}).Fingerprint(); got != want {
		t.Errorf("Fingerprint() = %q of the zero value; want %q, since it masks", got, want)
	}
	if got, want := zero.Fingerprint(), defaults.Fingerprint(); got != want {
		t.Errorf("Fingerprint() = %q of the zero value; want %q, that of the defaults by name", got, want)
	}
	seen := map[string]bool{zero.Fingerprint(): true}
	for _, r := range []mapping.Rules{
		{Addresses: mapping.AddressesKeep},
		{MediaURL: "https://x.example/{key}?sig=secret"},
		{MediaURL: "https://x.example/{key}?sig=other"},
		{OverLimit: mapping.OverLimitRecent},
		{External: mapping.ExternalHistoryOnly},
		{External: mapping.ExternalSkip},
		{DisplayNames: mapping.DisplayNamesNeutral},
		{Closed: mapping.ClosedReadOnly},
		{Closed: mapping.ClosedSkip},
		{OriginalTime: mapping.OriginalTimePrefix},
		{RetentionDays: 30},
		{RetentionDays: 60},
	} {
		got := r.Fingerprint()
		if seen[got] {
			t.Errorf("Fingerprint() = %q of %+v, like that of other rules", got, r)
		}
		if strings.Contains(got, "secret") {
			t.Errorf("Fingerprint() = %q gives the media URL away", got)
		}
		seen[got] = true
	}
}

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rules mapping.Rules
		valid bool
	}{
		{"zero", mapping.Rules{}, true},
		{"store", stored, true},
		{"unknown address policy", mapping.Rules{Addresses: "hide"}, false},
		{"unknown policy", mapping.Rules{Closed: "open"}, false},
		{"every default by name", defaults, true},
		{"retention", mapping.Rules{RetentionDays: 90}, true},
		{"retention too short", mapping.Rules{RetentionDays: 29}, false},
		{"retention too long", mapping.Rules{RetentionDays: 91}, false},
		{"retention negative", mapping.Rules{RetentionDays: -30}, false},
		{"no place for the key", mapping.Rules{MediaURL: "https://x.example/"}, false},
		{"too long", mapping.Rules{MediaURL: "https://x.example/{key}?" + strings.Repeat("s", mapping.MaxMediaURL)}, false},
		{"not UTF-8", mapping.Rules{MediaURL: "https://x.example/{key}\xff"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.rules.Validate(); (err == nil) != tt.valid {
				t.Errorf("Validate() = %v; want valid %t", err, tt.valid)
			}
		})
	}
}
