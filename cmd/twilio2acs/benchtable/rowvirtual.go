package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

var virtualRow = row{
	name: "virtual", what: "100,000 conversations, 9,000,000 messages of mixed length, on a virtual clock, over the lower bound",
	goal: "≤ 1.02, computed in under two minutes", measure: measureVirtual,
}

// mean is how many messages a conversation of a large account has on average.
const mean = 90

// measureVirtual predicts how long the engine takes, inbox order aside.
func measureVirtual(_ context.Context, b *bench) (finding, error) {
	loads := mixed(b.scaled(100_000, 1000))
	began := time.Now()
	f := migrate.Predict(loads, migrate.ForecastOptions{})
	took := time.Since(began)
	over := f.Duration.Seconds() / f.Bound.Seconds()
	return finding{
		fmt.Sprintf("%.3f (%s for %d messages), computed in %.1f s", over, f.Duration.Round(time.Minute), f.Messages, took.Seconds()),
		over <= 1.02 && took < 2*time.Minute,
	}, nil
}

// mixed are conversations like those of a workload, but of lengths that are spread
// like times between accidents: many short ones, and few that are many times as long
// as the mean.
func mixed(conversations int) []migrate.Load {
	random := rand.New(rand.NewPCG(1, 2)) // the same account every time
	loads := make([]migrate.Load, conversations)
	for i := range loads {
		loads[i] = migrate.Load{
			Conversation: mapping.Conversation{SID: mapping.ConversationSID(fmt.Sprintf("CH%032x", i)), State: mapping.StateActive},
			Creator:      fmt.Sprint("customer ", i),
			Writers:      1, // the agents exist soon
			Messages:     1 + int64(random.ExpFloat64()*(mean-1)),
		}
	}
	return loads
}
