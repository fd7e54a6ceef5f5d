package config_test

import (
	"errors"
	"testing"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/config"
)

func TestCheckEnvironment(t *testing.T) {
	for _, tt := range []struct {
		name    string
		environ []string
		where   string // empty: nothing is wrong
		hint    string
	}{
		{"nothing", nil, "", ""},
		{"of other programs", []string{"PATH=/bin", "TWILIO_AUTH_TOKEN=x", "broken"}, "", ""},
		{"flags", []string{"TWILIO2ACS_SETTLE=90s", "TWILIO2ACS_CONFIG=c.yaml", "TWILIO2ACS_PROFILE=near"}, "", ""},
		{"of shell completion", []string{"TWILIO2ACS_ACTIVE_HELP=0"}, "", ""},
		{"empty", []string{"TWILIO2ACS_SETTEL="}, "", ""},
		{"mistyped", []string{"TWILIO2ACS_SETTEL=90s"}, "TWILIO2ACS_SETTEL", "did you mean TWILIO2ACS_SETTLE?"},
		{"nothing like it", []string{"TWILIO2ACS_ÜBERHAUPT_NICHT=1"}, "TWILIO2ACS_ÜBERHAUPT_NICHT",
			"unset it; a flag such as --media-url-template is TWILIO2ACS_MEDIA_URL_TEMPLATE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := config.CheckEnvironment(tt.environ, commands())
			var m *config.Mistake
			if errors.As(err, &m) != (tt.where != "") || m != nil && (m.Where != tt.where || m.Hint() != tt.hint) {
				t.Errorf("got %v, %+v; want a mistake at %q with the hint %q", err, m, tt.where, tt.hint)
			}
		})
	}
}
