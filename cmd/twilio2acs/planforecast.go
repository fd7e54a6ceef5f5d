package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// forecastOptions say whether a plan predicts how long the run takes.
type forecastOptions struct {
	wanted bool
	work   *migrate.Workload
}

func (o *forecastOptions) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.wanted, "estimate", false, "predict how long the run takes, and why, with its own scheduler on a virtual clock; --rate and --max-rate count")
}

// listeners are who has to hear of the conversations of the plan.
func (o *forecastOptions) listeners() []planListener {
	if !o.wanted {
		return nil
	}
	o.work = migrate.NewWorkload()
	return []planListener{o.work}
}

// forecastDocument is what a plan predicts of its run.
type forecastDocument struct {
	Seconds      float64         `json:"seconds"`
	BoundSeconds float64         `json:"boundSeconds"` // no program that keeps to the limits needs less, inbox order aside
	InboxSeconds float64         `json:"inboxSeconds"` // of all, what --inbox-order costs
	Messages     int64           `json:"messages"`
	Curve        []curvePoint    `json:"curve"`
	Waits        []forecastWait  `json:"waits"`
	Last         []forecastItem  `json:"last"`
	WhatIf       []forecastOther `json:"whatIf"`
}

// curvePoint says how many messages have been sent after so many seconds.
type curvePoint struct {
	Seconds  float64 `json:"seconds"`
	Messages int64   `json:"messages"`
}

// forecastWait is how long calls wait for one published limit.
type forecastWait struct {
	Row     string  `json:"row"`
	Calls   int64   `json:"calls"`
	Seconds float64 `json:"seconds"` // of all calls together
}

// forecastItem is one of the threads that end last.
type forecastItem struct {
	Conversation mapping.ConversationSID `json:"conversation"`
	Messages     int64                   `json:"messages"`
	BeganSeconds float64                 `json:"beganSeconds"`
	EndedSeconds float64                 `json:"endedSeconds"`
}

// forecastOther is how long the run would take if something was different.
type forecastOther struct {
	If      string  `json:"if"`
	Seconds float64 `json:"seconds"`
}

// predict predicts the run; nil when nobody asked.
func (o *forecastOptions) predict(l limitsOptions) *forecastDocument {
	if o.work == nil {
		return nil
	}
	opts := migrate.ForecastOptions{
		ScheduleOptions: migrate.ScheduleOptions{Rate: l.rate, MaxRate: l.maxRate}, InboxOrder: true,
	}
	loads := o.work.Loads()
	f := migrate.Predict(loads, opts)
	d := &forecastDocument{
		Seconds: f.Duration.Seconds(), BoundSeconds: f.Bound.Seconds(), InboxSeconds: f.Inbox.Seconds(), Messages: f.Messages,
		Curve: []curvePoint{}, Waits: []forecastWait{}, Last: []forecastItem{},
	}
	for _, p := range f.Curve {
		d.Curve = append(d.Curve, curvePoint{p.At.Seconds(), p.Messages})
	}
	for _, w := range f.Waits {
		d.Waits = append(d.Waits, forecastWait{w.Row.Name, w.Calls, w.Time.Seconds()})
	}
	for _, i := range f.Last {
		d.Last = append(d.Last, forecastItem{i.Conversation, i.Messages, i.Began.Seconds(), i.Ended.Seconds()})
	}
	d.WhatIf = whatIf(loads, opts)
	return d
}

// whatIf predicts the run under other circumstances.
func whatIf(loads []migrate.Load, opts migrate.ForecastOptions) []forecastOther {
	var others []forecastOther
	add := func(name string, loads []migrate.Load, opts migrate.ForecastOptions) {
		others = append(others, forecastOther{name, migrate.Predict(loads, opts).Duration.Seconds()})
	}
	raised := opts
	raised.Rate *= 2
	add("twice the quota (--rate)", loads, raised)
	scrambled := opts
	scrambled.InboxOrder = false
	add("--inbox-order=false", loads, scrambled)
	var peopled, open []migrate.Load
	for _, l := range loads {
		if l.Conversation.State != mapping.StateClosed {
			open = append(open, l)
		}
		l.Writers, l.Readers = 0, 0
		peopled = append(peopled, l)
	}
	add("--stage people ahead", peopled, opts)
	add("closed conversations ahead, or not at all", open, opts)
	add("every other conversation", everyOther(loads), opts)
	return others
}

func everyOther(loads []migrate.Load) (half []migrate.Load) {
	for i := 0; i < len(loads); i += 2 {
		half = append(half, loads[i])
	}
	return half
}

// write tells people of the forecast.
func (d *forecastDocument) write(t *textWriter) {
	if d == nil {
		return
	}
	t.printf("\n")
	t.heading("Estimate: %s for %s, at least %s are needed.", roughly(d.Seconds), plural(d.Messages, "message", "messages"), roughly(d.BoundSeconds))
	t.printf("  What the network and Twilio take comes on top. ")
	t.printf("The order of chat lists takes %s of it.\n", roughly(d.InboxSeconds))
	for _, share := range []int64{25, 50, 75, 90} {
		for _, p := range d.Curve {
			if p.Messages*100 >= d.Messages*share {
				t.printf("  %3d %% of messages after %s\n", share, roughly(p.Seconds))
				break
			}
		}
	}
	if len(d.Waits) > 0 {
		t.printf("  What calls wait for:\n")
	}
	for _, w := range d.Waits {
		t.printf("    %-28s %s, %s each\n", w.Row, plural(w.Calls, "call", "calls"), roughly(w.Seconds/float64(w.Calls)))
	}
	if len(d.Last) > 0 {
		t.printf("  Threads that end last:\n")
	}
	for _, i := range d.Last {
		t.printf("    %s  %s, from %s to %s\n", i.Conversation, plural(i.Messages, "message", "messages"), roughly(i.BeganSeconds), roughly(i.EndedSeconds))
	}
	t.printf("  What would change it:\n")
	for _, o := range d.WhatIf {
		t.printf("    %-42s %s\n", o.If, roughly(o.Seconds))
	}
}

func roughly(s float64) string { return shortly(seconds(s).Round(100 * time.Millisecond)) }
