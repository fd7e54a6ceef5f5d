package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
)

func TestAdoptHint(t *testing.T) {
	for _, tt := range []struct {
		name   string
		err    error
		adopts bool // with the flag
	}{
		{"nothing", nil, false},
		{"something else", errors.New("disk on fire"), false},
		{"another machine", &checkpoint.BindingError{Field: "machine", Got: "m1", Want: "m2"}, true},
		{"an older version", fmt.Errorf("run: %w", &checkpoint.BindingError{Field: "rules", Got: "mapping-1/mask/00", Want: "mapping-2/mask/00"}), true},
		{"a newer version", &checkpoint.BindingError{Field: "rules", Got: "mapping-9/mask/00", Want: "mapping-2/mask/00"}, false},
		{"another account", &checkpoint.BindingError{Field: "account", Got: "AC1", Want: "AC2"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := adoptHint(tt.err)
			if !errors.Is(err, tt.err) {
				t.Errorf("adoptHint(%v) = %v, which is another error", tt.err, err)
			}
			if got := err != nil && strings.Contains(hintOf(err), "--adopt-state"); got != tt.adopts {
				t.Errorf("the hint %q, of an error that can be adopted: %v", hintOf(err), tt.adopts)
			}
		})
	}
}
