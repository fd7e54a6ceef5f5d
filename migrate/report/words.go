package report

import (
	"strconv"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func comma(n int64) string { return humanize.Comma(n) }

// bytesOf is a size as people read it.
func bytesOf(n int64) string { return humanize.IBytes(uint64(max(0, n))) }

// shortly is a number of seconds as people say it.
func shortly(seconds int64) string {
	d := time.Duration(seconds) * time.Second
	switch {
	case d >= 48*time.Hour:
		return strconv.FormatFloat(d.Hours()/24, 'f', 1, 64) + " days"
	case d >= time.Hour:
		return strconv.FormatFloat(d.Hours(), 'f', 1, 64) + " h"
	case d >= time.Minute:
		return strconv.FormatFloat(d.Minutes(), 'f', 1, 64) + " min"
	}
	return strconv.FormatInt(seconds, 10) + " s"
}

// percentOf is a share with as many digits as matter.
func percentOf(p float64) string { return strconv.FormatFloat(p, 'f', -1, 64) + " %" }

// dateOf is the day of t, or what stands there when it is no time.
func dateOf(t mapping.Timestamp) string {
	at, err := t.Time()
	if err != nil || at.IsZero() {
		return string(t)
	}
	return at.UTC().Format(time.DateOnly)
}

// many is a number with its noun.
func many(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return comma(n) + " " + more
}
