package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/migrate"
)

func TestHintOf(t *testing.T) {
	locked := &checkpoint.LockedError{Path: "run.db"}
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"none", errors.New("plain"), ""},
		{"its own", locked, locked.Hint()},
		{"of its cause", fmt.Errorf("open: %w", locked), locked.Hint()},
		{"the outermost", withHint(locked, "come back"), "come back"},
		{"an empty one is none", withHint(locked, ""), locked.Hint()},
		{"of one among several", errors.Join(errors.New("plain"), locked), locked.Hint()},
		{"of a service that never answered, what it says itself", &migrate.OutageError{Never: true, Err: locked}, locked.Hint()},
		{"of one that did, to come back", &migrate.OutageError{Err: locked}, (&migrate.OutageError{}).Hint()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := hintOf(tt.err); got != tt.want {
				t.Errorf("hintOf = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPrintError(t *testing.T) {
	var b strings.Builder
	printError(&b, false, withHint(errors.New("open run.db: locked"), "wait"))
	if got, want := b.String(), "error: open run.db: locked\nhint: wait\n"; got != want {
		t.Errorf("printError wrote %q, want %q", got, want)
	}
}
