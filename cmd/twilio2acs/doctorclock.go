package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/doctor"
)

// The clocks of both services may be so far from ours. ACS refuses requests whose
// date is wrong, by how much is not published; tokens are renewed by the clock.
const (
	wrongClock = time.Minute
	lateClock  = 5 * time.Second
)

// clock compares the clock of this machine with those of both services, as far as
// they have answered.
func (e *examination) clock(context.Context) (string, error) {
	return clocks(heard(e.twilio), heard(e.acs))
}

// heard is what an ear has heard, nothing where there is none.
func heard(e *doctor.Ear) doctor.Heard {
	if e == nil {
		return doctor.Heard{}
	}
	return e.Heard()
}

func clocks(twilio, acs doctor.Heard) (string, error) {
	var worst time.Duration
	var said []string
	for _, side := range []struct {
		name string
		doctor.Heard
	}{{"Twilio", twilio}, {"ACS", acs}} {
		if side.Answers > 0 {
			said = append(said, side.name+" "+aheadText(side.Ahead))
			worst = max(worst, side.Ahead.Abs())
		}
	}
	told := strings.Join(said, ", ")
	switch {
	case told == "":
		return "", errNothing
	case worst >= wrongClock:
		return "", withHint(errors.New("the clock of this machine is wrong: "+told), "set it, for example by NTP: requests are signed with the time")
	case worst >= lateClock:
		return "", warning{withHint(errors.New("the clock of this machine differs: "+told), "set it, for example by NTP")}
	}
	return told, nil
}

func aheadText(d time.Duration) string {
	switch {
	case d > 0:
		return "is " + shortly(d) + " ahead"
	case d < 0:
		return "is " + shortly(-d) + " behind"
	}
	return "agrees"
}
