package main

import (
	"testing"
	"time"
)

func TestEstimate(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var e estimate
	if left, ok := e.left(start, 0, 1000); ok {
		t.Errorf("at the start = %s, want nothing", left)
	}
	if left, ok := e.left(start.Add(time.Second), 0, 1000); ok {
		t.Errorf("while nothing moves = %s, want nothing", left)
	}
	// A resumed run passes what is there at once, then sends one a second.
	e.left(start.Add(2*time.Second), 500, 1000)
	var left time.Duration
	for i := range 120 {
		left, _ = e.left(start.Add(time.Duration(3+i)*time.Second), int64(501+i), 1000)
	}
	if want := 380 * time.Second; left.Round(time.Second) != want {
		t.Errorf("after two minutes = %s, want %s", left, want)
	}
}
