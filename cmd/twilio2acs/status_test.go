package main

import (
	"testing"
	"time"
)

// What a run tells of itself, and how old that is, makes what status says.
func TestLiveStatusText(t *testing.T) {
	now := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		name string
		live liveStatus
		want string
	}{
		{"preparing", liveStatus{Phase: phasePreparing}, "a run began 2 hours ago and is preparing (process 7)"},
		{"carrying", liveStatus{Phase: phaseCarrying, Done: 1200, Total: 5000, PerSecond: 12.3, SecondsLeft: 310},
			"run 3 began 2 hours ago and is going on (process 7): 1,200 messages gone through of 5,000, 12 a second, about 5m10s left"},
		{"carrying nobody knows how much", liveStatus{Phase: phaseCarrying, Done: 1, Total: -1},
			"run 3 began 2 hours ago and is going on (process 7): 1 message gone through, 0 a second"},
		{"waiting", liveStatus{Phase: phaseWaiting}, "run 3 began 2 hours ago and is going on (process 7): it waits for its next round"},
		{"silent", liveStatus{Phase: phaseCarrying, Written: now.Add(-time.Minute)},
			"run 3 began 2 hours ago and is going on (process 7); it last told of itself 1 minute ago"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := tt.live
			l.PID, l.Run, l.Started = 7, 3, now.Add(-2*time.Hour)
			if l.Written.IsZero() {
				l.Written = now.Add(-time.Second)
			}
			if got := l.text(now); got != tt.want {
				t.Errorf("text = %q, want %q", got, tt.want)
			}
		})
	}
}
