package migrate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// randomLoads are conversations of mixed length, so many messages on average.
func randomLoads(r *rand.Rand, n int, mean float64) []migrate.Load {
	states := []string{mapping.StateActive, mapping.StateInactive, mapping.StateClosed}
	loads := make([]migrate.Load, n)
	for i := range loads {
		// Log-normal, as conversations are: many short ones, few very long ones.
		const spread = 1.2
		length := math.Exp(r.NormFloat64()*spread+math.Log(mean)-spread*spread/2) + 0.5
		loads[i] = migrate.Load{Conversation: waits(states[r.IntN(3)], 1+r.IntN(28), i), Creator: fmt.Sprint("customer ", i), Messages: int64(length)}
	}
	return loads
}

// Whatever the workload: no window is exceeded, no two messages of a thread share
// a second, every message goes, and the time is next to the least possible.
func TestPredict(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 11))
		loads := randomLoads(r, 200+r.IntN(600), 10+float64(r.IntN(60)))
		var want int64
		for i := range loads {
			loads[i].Additions, loads[i].Removals, loads[i].Receipts = r.Int64N(3), r.Int64N(2), r.Int64N(2)
			want += loads[i].Messages
		}
		var log []admitted
		var start time.Time
		seconds := map[string]time.Duration{}
		f := migrate.PredictTelling(loads, migrate.ForecastOptions{Latency: time.Duration(1+r.IntN(500)) * time.Millisecond},
			func(c limits.Call, sent, answered time.Duration) {
				log = append(log, admitted{c, start.Add(sent + time.Duration(r.Int64N(int64(answered-sent))))})
				if c.Operation != limits.SendMessage {
					return
				}
				if last, ok := seconds[c.Thread]; ok && answered.Truncate(time.Second) <= last {
					t.Errorf("seed %d: two messages of thread %s in second %v", seed, c.Thread, last)
				}
				seconds[c.Thread] = answered.Truncate(time.Second)
			})
		if f.Messages != want || f.Calls[limits.SendMessage] != want {
			t.Errorf("seed %d: %d messages went, want %d", seed, f.Messages, want)
		}
		if e := exceeded(log, 1, 1); e != "" {
			t.Errorf("seed %d: %s", seed, e)
		}
		if f.Duration < f.Bound || f.Duration > f.Bound+f.Bound/50+10*time.Second {
			t.Errorf("seed %d: it takes %v, at least %v are needed", seed, f.Duration, f.Bound)
		}
	}
}

// A message every few seconds shows in the curve; the last threads are named.
func TestPredictTells(t *testing.T) {
	loads := randomLoads(rand.New(rand.NewPCG(1, 1)), 50, 20)
	loads[7].Messages = 3000
	f := migrate.Predict(loads, migrate.ForecastOptions{})
	if last := f.Last[0]; last.Conversation != "7" || last.Messages != 3000 || last.Ended != f.Duration || len(f.Last) != 10 {
		t.Errorf("last to end: %+v", f.Last)
	}
	if f.Waits[0].Row.Name != "messages, minute" || f.Waits[0].Calls == 0 {
		t.Errorf("waited longest for %+v", f.Waits[0])
	}
	if n := len(f.Curve); n < 20 || n > 120 || f.Curve[n-1].Messages != f.Messages {
		t.Errorf("%d points, the last %+v", n, f.Curve[n-1])
	}
	twice := migrate.Predict(loads, migrate.ForecastOptions{ScheduleOptions: migrate.ScheduleOptions{Rate: 2}})
	if twice.Duration > f.Duration*6/10 {
		t.Errorf("twice the quota takes %v instead of %v", twice.Duration, f.Duration)
	}
	if f := migrate.Predict(nil, migrate.ForecastOptions{}); f.Duration != 0 || f.Messages != 0 {
		t.Errorf("nothing takes %+v", f)
	}
}

// BenchmarkPredict computes how a large account is carried: a hundredth of one
// with 100,000 conversations and 9,000,000 messages, or all of it if BENCH_FULL is
// set. "of-bound" is the time predicted over the least possible.
func BenchmarkPredict(b *testing.B) {
	conversations := 1000
	if os.Getenv("BENCH_FULL") != "" {
		conversations *= 100
	}
	loads := randomLoads(rand.New(rand.NewPCG(1, 9)), conversations, 90)
	for b.Loop() {
		f := migrate.Predict(loads, migrate.ForecastOptions{})
		b.ReportMetric(float64(f.Duration)/float64(f.Bound), "of-bound")
		b.ReportMetric(float64(f.Messages), "messages")
		b.ReportMetric(f.Duration.Hours(), "hours")
	}
}
