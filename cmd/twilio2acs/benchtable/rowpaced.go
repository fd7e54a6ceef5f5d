package main

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// speed is how many times faster the windows of the published limits pass.
const speed = 10

var pacedRow = row{
	name: "paced", what: "150 conversations of 1 to 300 messages, `--limits published --limits-speed 10` on both sides, over the lower bound",
	goal: "first creation to last acknowledgement ≤ 1.05, whole process ≤ 1.08, refused calls ≤ 0.1 %", measure: measurePaced,
}

func measurePaced(ctx context.Context, b *bench) (finding, error) {
	work := make(workload, b.scaled(150, 10))
	for i := range work {
		work[i] = max(1, b.scaled(300, 60)*(i+1)/len(work))
	}
	pace := published(speed)
	s, err := b.stage(work, snapshot, pace...)
	if err != nil {
		return finding{}, err
	}
	defer s.close()
	u, err := s.run(ctx, append(pace, "--log-file", s.path("run.log"))...)
	if err != nil {
		return finding{}, err
	}
	j, err := readJournal(s.path("run.log"))
	if err != nil {
		return finding{}, err
	}
	least := bound(work).Seconds() / speed
	sending, whole := j.sent.Sub(j.created).Seconds()/least, u.took.Seconds()/least
	refused := float64(j.refused) / float64(j.acs)
	return finding{
		fmt.Sprintf("%.3f, %.3f, %.2f %%", sending, whole, 100*refused),
		sending <= 1.05 && whole <= 1.08 && refused <= 0.001,
	}, nil
}

// published are the flags of both sides for limits whose windows pass so many times
// faster.
func published(speed int) []string {
	return []string{"--limits", "published", "--limits-speed", strconv.Itoa(speed)}
}

// bound is the least time that a workload needs under the published limits. Its
// creations are released at once: they are fewer than the 3,000 a minute that a
// resource takes, and each conversation has a customer who can create it.
func bound(w workload) time.Duration {
	var longest time.Duration
	for _, n := range w {
		longest = max(longest, chain(n))
	}
	return longest
}

// chain is how long n messages of one thread take at the least: 30 a minute, and no
// two in one second.
func chain(n int) time.Duration {
	return time.Duration(60*((n-1)/30)+(n-1)%30) * time.Second
}
