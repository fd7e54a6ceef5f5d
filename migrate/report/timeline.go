package report

import (
	"maps"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Timeline is when the messages that a plan has looked at were written in Twilio,
// by UTC.
type Timeline struct {
	Unit   Unit    `json:"unit"`
	Points []Point `json:"points"` // ascending; stretches without a message are left out
	// Undated counts messages whose date cannot be read.
	Undated int64 `json:"undated,omitempty"`
}

// Unit is how long a stretch of a timeline is.
type Unit string

// The units of a timeline. Weeks begin on Monday.
const (
	Day   Unit = "day"
	Week  Unit = "week"
	Month Unit = "month"
	Year  Unit = "year"
)

// Point is one stretch of a timeline.
type Point struct {
	From     string `json:"from"` // its first day: 2024-05-06
	Messages int64  `json:"messages"`
}

// maxPoints is how many points a timeline has: beyond them its unit grows.
const maxPoints = 400

// calendar counts messages by when they were written.
type calendar struct {
	unit    Unit
	counts  map[time.Time]int64 // by the first day
	undated int64
}

func newCalendar() *calendar { return &calendar{unit: Day, counts: make(map[time.Time]int64)} }

func (c *calendar) add(at mapping.Timestamp) {
	t, err := at.Time()
	if err != nil || t.IsZero() {
		c.undated++
		return
	}
	c.counts[c.unit.begin(t)]++
	for len(c.counts) > maxPoints && c.unit != Year {
		c.widen()
	}
}

// widen counts by the next longer unit.
func (c *calendar) widen() {
	c.unit = map[Unit]Unit{Day: Week, Week: Month, Month: Year}[c.unit]
	wider := make(map[time.Time]int64)
	for t, n := range c.counts {
		wider[c.unit.begin(t)] += n
	}
	c.counts = wider
}

// begin is the first day of the stretch that t lies in.
func (u Unit) begin(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	switch u {
	case Week:
		d -= (int(t.UTC().Weekday()) + 6) % 7
	case Month:
		d = 1
	case Year:
		m, d = 1, 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (c *calendar) timeline() Timeline {
	tl := Timeline{Unit: c.unit, Points: []Point{}, Undated: c.undated}
	for _, t := range slices.SortedFunc(maps.Keys(c.counts), time.Time.Compare) {
		tl.Points = append(tl.Points, Point{From: t.Format(time.DateOnly), Messages: c.counts[t]})
	}
	return tl
}
