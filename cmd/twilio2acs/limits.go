package main

import (
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/migrate"
)

const (
	limitsPublished = "published"
	limitsOff       = "off"
)

// limitsOptions say whether the published rate limits of ACS are kept, and how
// fast their windows pass.
type limitsOptions struct {
	mode    choice
	speed   float64
	rate    float64 // of the published counts
	maxRate float64 // calls per second; 0 for no bound
}

// register adds the flags. Without a fallback the default depends on --dest.
func (o *limitsOptions) register(cmd *cobra.Command, fallback string) {
	if fallback == "" {
		choose(cmd, &o.mode, "limits", "", "rate limits of ACS: published (default with --dest acs), or off (default with --dest local:)",
			"", limitsPublished, limitsOff)
	} else {
		choose(cmd, &o.mode, "limits", "", "rate limits to enforce", fallback, limitsOff)
	}
	o.rate = 1
	cmd.Flags().Float64Var(&o.speed, "limits-speed", 1, "let every window of the published limits pass so many `times` faster, on this machine only")
}

// registerRates adds the flags that say how much of the limits is ours.
func (o *limitsOptions) registerRates(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Float64Var(&o.rate, "rate", 1, "scale every published count by `F`: above 1 for a raised quota, below 1 for a resource that others use too")
	f.Float64Var(&o.maxRate, "max-rate", 0, "make at most `N` calls to ACS per second; 0 means as many as it takes")
}

// isRate reports whether registerRates adds a flag of that name.
func isRate(name string) bool { return name == "rate" || name == "max-rate" }

func (o *limitsOptions) checkRates() error {
	switch {
	case o.rate <= 0:
		return usagef("", "--rate %v is not above 0", o.rate)
	case o.maxRate < 0:
		return usagef("", "--max-rate %v is negative", o.maxRate)
	}
	return nil
}

// pace is the rate limits that hold, settled.
type pace struct {
	limited bool
	speed   float64
	rate    float64
	maxRate float64
}

// settle finds the pace. Loopback says that the destination is on this machine:
// no other may be driven faster than published.
func (o *limitsOptions) settle(fallback string, loopback bool) (pace, error) {
	if err := o.checkRates(); err != nil {
		return pace{}, err
	}
	mode := o.mode.value
	if mode == "" {
		mode = fallback
	}
	switch {
	case o.speed <= 0:
		return pace{}, usagef("", "--limits-speed %v is not above 0", o.speed)
	case o.speed != 1 && mode == limitsOff:
		return pace{}, usagef("add --limits published, or leave it out", "--limits-speed means nothing without limits")
	case o.speed != 1 && !loopback:
		return pace{}, usagef("leave it out: the service would only refuse what comes too fast",
			"--limits-speed is for servers on this machine")
	}
	return pace{limited: mode == limitsPublished, speed: o.speed, rate: o.rate, maxRate: o.maxRate}, nil
}

// gate lets calls through as the limits allow.
func (p pace) gate(log *slog.Logger) acsdest.Gate {
	return migrate.NewScheduler(migrate.ScheduleOptions{
		Rate: p.rate, Speed: p.speed, MaxRate: p.maxRate, Unlimited: !p.limited,
	}, log)
}

// gap is how far apart two messages of one thread must arrive: clients sort by
// whole seconds.
func (p pace) gap() time.Duration {
	if !p.limited {
		return 0
	}
	return time.Duration(float64(time.Second) / p.speed)
}

// perMessage is how long a message of one thread takes, where there are many.
func (p pace) perMessage() time.Duration {
	if !p.limited {
		return 0
	}
	row := limits.Slowest(limits.SendMessage, limits.PerThread)
	return time.Duration(float64(row.Window) / float64(row.Count) / p.speed)
}

// emulator makes the embedded ACS enforce the limits.
func (p pace) emulator() *emulator.Options {
	return &emulator.Options{Limits: p.limited, LimitsSpeed: p.speed}
}

// isLoopbackURL reports whether an address stays on this machine.
func isLoopbackURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
