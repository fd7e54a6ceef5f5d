package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// fakeDisplay writes what it is told, so that the order can be seen.
type fakeDisplay struct{ w *strings.Builder }

func (d fakeDisplay) draw()  { d.w.WriteString("[bar]") }
func (d fakeDisplay) clear() { d.w.WriteString("[clear]") }

func TestConsoleKeepsLinesAboveTheDisplay(t *testing.T) {
	var b strings.Builder
	c := &console{w: &b}
	fmt.Fprint(c, "one ")
	hide := c.show(fakeDisplay{&b})
	fmt.Fprint(c, "two ")
	c.redraw()
	hide()
	fmt.Fprint(c, "three")
	if got, want := b.String(), "one [bar][clear]two [bar][bar][clear]three"; got != want {
		t.Errorf("console shows %q, want %q", got, want)
	}
}

// brokenWriter takes one write.
type brokenWriter struct {
	err  error
	took int
}

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.took++; w.took > 1 {
		return 0, w.err
	}
	return len(p), nil
}

func TestResultWriter(t *testing.T) {
	full := errors.New("disk full")
	for _, tt := range []struct {
		name string
		err  error
		want error
	}{
		{"a reader who has gone is no failure", syscall.EPIPE, nil},
		{"a full disk is", full, full},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inner := &brokenWriter{err: tt.err}
			w := &resultWriter{w: inner}
			for range 5 {
				fmt.Fprint(w, "line")
			}
			if got := w.failure(); !errors.Is(got, tt.want) {
				t.Errorf("failure = %v, want %v", got, tt.want)
			}
			if inner.took != 2 {
				t.Errorf("it went on writing: %d writes", inner.took)
			}
		})
	}
}
