package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/doctor"
)

// A clock is judged by what both services say.
func TestDoctorClock(t *testing.T) {
	for _, tt := range []struct {
		twilio, acs time.Duration
		want        verdict
		text        string
	}{
		{0, 0, verdictOK, "Twilio agrees, ACS agrees"},
		{3 * time.Second, 0, verdictOK, "Twilio is 3s ahead, ACS agrees"},
		{0, -10 * time.Second, verdictWarn, "ACS is 10s behind"},
		{7 * time.Minute, 7 * time.Minute, verdictFail, "Twilio is 7m0s ahead, ACS is 7m0s ahead"},
	} {
		got := examined{"clock", func(context.Context) (string, error) {
			return clocks(doctor.Heard{Answers: 1, Ahead: tt.twilio}, doctor.Heard{Answers: 1, Ahead: tt.acs})
		}}.look(t.Context(), time.Minute)
		text := got.Detail
		if got.Error != nil {
			text = got.Error.Message
		}
		if got.Status != tt.want || !strings.Contains(text, tt.text) {
			t.Errorf("%v and %v: %s, %s; want %s, %s", tt.twilio, tt.acs, got.Status, text, tt.want, tt.text)
		}
	}
}

func TestDoctorSpace(t *testing.T) {
	for free, want := range map[uint64]verdict{0: verdictFail, noSpace - 1: verdictFail, noSpace: verdictWarn, littleSpace: verdictOK} {
		got := examined{"disk", func(context.Context) (string, error) { return space(free, "here") }}.look(t.Context(), time.Minute)
		if got.Status != want {
			t.Errorf("%d bytes: %s, want %s", free, got.Status, want)
		}
	}
}

// One check that takes for ever ends at its time.
func TestDoctorTimeout(t *testing.T) {
	got := examined{"slow", func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() }}.look(t.Context(), time.Millisecond)
	if got.Status != verdictFail || !errors.Is(got.err, context.DeadlineExceeded) {
		t.Errorf("got %+v", got)
	}
}
