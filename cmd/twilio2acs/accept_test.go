package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// terminal is a person who answers.
func terminal(answer io.Reader) (*streams, *strings.Builder) {
	var said strings.Builder
	return &streams{in: answer, out: &resultWriter{w: io.Discard}, err: &console{w: &said}, prompts: true}, &said
}

func TestPreflightAsksOnATerminal(t *testing.T) {
	for _, tt := range []struct {
		answer string
		yes    bool
	}{
		{"y\n", true}, {"Yes\n", true}, {" yes \r\n", true}, {"yes", true},
		{"\n", false}, {"n\n", false}, {"yeah\n", false}, {"", false},
	} {
		t.Run(tt.answer, func(t *testing.T) {
			s, said := terminal(strings.NewReader(tt.answer))
			accepted := map[mapping.LossCode]bool{}
			err := preflight(t.Context(), s, mapping.Rules{}, accepted)
			if got := err == nil; got != tt.yes {
				t.Errorf("preflight = %v, want accepted: %t", err, tt.yes)
			}
			if accepted[mapping.LossArrivalTime] != tt.yes {
				t.Errorf("accepted = %v", accepted)
			}
			if !strings.Contains(said.String(), string(mapping.LossArrivalTime)) {
				t.Errorf("asked without saying what is lost:\n%s", said)
			}
		})
	}
}

func TestPreflightDoesNotAsk(t *testing.T) {
	s, said := terminal(strings.NewReader("y\n"))
	s.prompts = false
	var refusal *migrate.PreflightError
	if err := preflight(t.Context(), s, mapping.Rules{}, nil); !errors.As(err, &refusal) {
		t.Errorf("preflight without a terminal = %v, want a refusal", err)
	}
	all, err := mapping.Acceptable([]string{mapping.AcceptAll})
	if err != nil {
		t.Fatal(err)
	}
	s.prompts = true
	if err := preflight(t.Context(), s, mapping.Rules{}, all); err != nil {
		t.Errorf("preflight with everything accepted = %v", err)
	}
	if said.Len() > 0 {
		t.Errorf("it asked:\n%s", said)
	}
}

func TestPreflightEndsWithItsContext(t *testing.T) {
	silence, writer := io.Pipe()
	defer writer.Close()
	s, _ := terminal(silence)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(&interruptedError{syscall.SIGINT})
	if err := preflight(ctx, s, mapping.Rules{}, nil); exitCode(err) != exitInterrupted {
		t.Errorf("preflight = %v, want the interruption", err)
	}
}
