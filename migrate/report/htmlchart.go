package report

import (
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// Bar is one line of a bar chart.
type Bar struct {
	Label, Detail string
	Value         string  // as it is written
	Width         float64 // percent of the longest
	Class         string  // of its colour
}

// bars makes a chart of values, the longest filling its line.
func bars(n int, bar func(i int) (Bar, int64)) []Bar {
	list, values := make([]Bar, n), make([]int64, n)
	for i := range n {
		list[i], values[i] = bar(i)
	}
	longest := int64(1)
	if n > 0 {
		longest = max(1, slices.Max(values))
	}
	for i, v := range values {
		if v > 0 {
			list[i].Width = max(0.5, float64(v)/float64(longest)*100)
		}
	}
	return list
}

// LengthBars is how long conversations are.
func (p *PlanPage) LengthBars() []Bar {
	return bars(len(p.Lengths), func(i int) (Bar, int64) {
		b := p.Lengths[i]
		label := comma(b.From)
		switch {
		case b.From == 0:
			label = "none"
		case i+1 < len(p.Lengths):
			label += "–" + comma(p.Lengths[i+1].From-1)
		default:
			label += " and more"
		}
		return Bar{Label: label, Value: comma(b.Conversations), Detail: many(b.Messages, "message", "messages")}, b.Conversations
	})
}

// LossBars is how often each kind of loss occurs.
func (p *PlanPage) LossBars() []Bar {
	losses := slices.DeleteFunc(slices.Clone(p.Losses), func(l migrate.LossCount) bool { return l.Code.Info().Account })
	return bars(len(losses), func(i int) (Bar, int64) {
		l := losses[i]
		return Bar{Label: string(l.Code), Value: comma(int64(l.Count)), Detail: string(l.Severity), Class: string(l.Severity)}, int64(l.Count)
	})
}

// BoundBars is how long each limit makes a run take.
func (p *PlanPage) BoundBars() []Bar {
	return bars(len(p.Estimate.Bounds), func(i int) (Bar, int64) {
		b := p.Estimate.Bounds[i]
		bar := Bar{Label: b.Name, Value: shortly(b.Seconds)}
		if b.Name == p.Estimate.BoundBy {
			bar.Class = "major"
		}
		return bar, b.Seconds
	})
}

// Column is one stretch of a timeline, in thousandths of the chart.
type Column struct {
	X, Width, Y, Height float64
	Title               string
}

// TimeChart is a Timeline as columns.
type TimeChart struct {
	Columns  []Column
	From, To string // its ends
	Most     int64
	Unit     Unit
}

// chartSize is the width and height of a TimeChart.
const chartSize = 1000

// TimeChart is when messages were written.
func (p *PlanPage) TimeChart() TimeChart { return chartOf(p.Timeline) }

func chartOf(t Timeline) TimeChart {
	chart := TimeChart{Unit: t.Unit}
	if len(t.Points) == 0 {
		return chart
	}
	first, last := dayOf(t.Points[0].From), t.Unit.end(dayOf(t.Points[len(t.Points)-1].From))
	chart.From, chart.To = first.Format(time.DateOnly), last.AddDate(0, 0, -1).Format(time.DateOnly)
	for _, p := range t.Points {
		chart.Most = max(chart.Most, p.Messages)
	}
	span := float64(last.Sub(first))
	for _, p := range t.Points {
		from := dayOf(p.From)
		c := Column{
			X:      float64(from.Sub(first)) / span * chartSize,
			Width:  max(1.5, float64(t.Unit.end(from).Sub(from))/span*chartSize*0.86),
			Height: max(8, float64(p.Messages)/float64(chart.Most)*chartSize),
			Title:  p.From + ": " + many(p.Messages, "message", "messages"),
		}
		c.Y = chartSize - c.Height
		chart.Columns = append(chart.Columns, c)
	}
	return chart
}

// dayOf reads the day of a Point.
func dayOf(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s) // calendar wrote it
	return t
}

// end is when the stretch ends that begins at t.
func (u Unit) end(t time.Time) time.Time {
	switch u {
	case Week:
		return t.AddDate(0, 0, 7)
	case Month:
		return t.AddDate(0, 1, 0)
	case Year:
		return t.AddDate(1, 0, 0)
	}
	return t.AddDate(0, 0, 1)
}
