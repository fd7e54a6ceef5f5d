package twiliosrc_test

import (
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// What sets nothing is not listed, and what a region does not have is no error.
func TestConfigurations(t *testing.T) {
	server := serve(t, open(t, contoso, nil), fixtureserver.Options{})
	none := says(404, "application/json", `{"code":20404,"status":404}`)
	for _, tt := range []struct {
		name      string
		transport pathAnswers
		want      []string // ends of their URLs
		addresses int
	}{
		{"as it is", nil, []string{"/Configuration", "/Configuration/Webhooks", "/Configuration", "/Configuration/Notifications", "/Configuration"}, 3},
		{"another region", pathAnswers{"/Notifications": none, "/v1/Configuration/Webhooks": none, "/Addresses": none},
			[]string{"/Configuration", "/Configuration", "/Configuration"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := server.client(t, twiliosrc.ClientOptions{Transport: tt.transport})
			got := sound(t, c.Configurations(t.Context()))
			if len(got) != len(tt.want) {
				t.Fatalf("%d configurations, want %d: %s", len(got), len(tt.want), got)
			}
			for i, raw := range got {
				if !strings.Contains(string(raw), tt.want[i]+`"`) {
					t.Errorf("configuration %d is %s, want that of %s", i, raw, tt.want[i])
				}
			}
			if n := len(sound(t, c.AddressConfigurations(t.Context()))); n != tt.addresses {
				t.Errorf("%d addresses, want %d", n, tt.addresses)
			}
		})
	}
}
