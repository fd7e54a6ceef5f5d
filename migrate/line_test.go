package migrate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

func TestChain(t *testing.T) {
	for n, want := range map[int64]time.Duration{
		0: 0, 1: 0, 2: time.Second, 30: 29 * time.Second, 31: time.Minute, 32: 61 * time.Second, 300: 569 * time.Second,
	} {
		if got := migrate.Chain(n); got != want {
			t.Errorf("chain(%d) = %v, want %v", n, got, want)
		}
	}
}

func waits(state string, day, number int) mapping.Conversation {
	return mapping.Conversation{
		SID: mapping.ConversationSID(fmt.Sprint(number)), State: state,
		DateUpdated: mapping.Timestamp(fmt.Sprintf("2024-05-%02dT00:00:00Z", day)),
	}
}

func TestLineOrder(t *testing.T) {
	const create = 20 * time.Millisecond // what one creation takes of the resource's limit
	for _, tt := range []struct {
		name  string
		order migrate.Order
		want  string
	}{
		{"the longest first where it sets the end, then what matters", migrate.OrderAuto, "5 3 1 4 0 2"},
		{"what matters, whatever sets the end", migrate.OrderImportant, "3 1 4 0 2 5"},
		{"as listed", migrate.OrderListed, "0 1 2 3 4 5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := migrate.NewLine(tt.order)
			l.Add(waits(mapping.StateInactive, 9, 0), 40)
			l.Add(waits(mapping.StateActive, 3, 1), 10)
			l.Add(waits(mapping.StateClosed, 8, 2), 20)
			l.Add(waits(mapping.StateActive, 4, 3), 50)
			l.Add(waits(mapping.StateActive, 2, 4), 1)
			l.Add(waits(mapping.StateClosed, 1, 5), 3000)
			got := ""
			for now := time.Duration(0); l.Len() > 0; now += create {
				c, _ := l.Take(now)
				got += " " + string(c.SID)
			}
			if got[1:] != tt.want {
				t.Errorf("got %s, want %s", got[1:], tt.want)
			}
		})
	}
}

// Whatever is more important, the order costs next to nothing: everything ends
// about when it would if the longest went first.
func TestLineKeepsTheEnd(t *testing.T) {
	const create = 20 * time.Millisecond
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		lengths := make([]int64, 2000)
		l := migrate.NewLine(migrate.OrderAuto)
		states := []string{mapping.StateActive, mapping.StateInactive, mapping.StateClosed}
		for i := range lengths {
			lengths[i] = 1 + int64(r.ExpFloat64()*float64(1+r.IntN(200)))
			l.Add(waits(states[r.IntN(3)], 1+r.IntN(28), i), lengths[i])
		}
		var end time.Duration
		for i := range lengths {
			now := time.Duration(i) * create
			c, slack := l.Take(now)
			var n int
			fmt.Sscan(string(c.SID), &n)
			if slack < 0 {
				t.Errorf("seed %d: slack %v", seed, slack)
			}
			end = max(end, now+migrate.Chain(lengths[n]))
		}
		slices.SortFunc(lengths, func(a, b int64) int { return int(b - a) })
		var best time.Duration
		for i, n := range lengths {
			best = max(best, time.Duration(i)*create+migrate.Chain(n))
		}
		if end > best+best/100+time.Second {
			t.Errorf("seed %d: ends at %v, longest first at %v", seed, end, best)
		}
	}
}
