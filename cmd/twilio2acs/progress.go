package main

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
)

// progressOptions say whether progress is shown.
type progressOptions struct{ mode choice }

const (
	progressAuto = "auto"
	progressBar  = "bar"
	progressNone = "none"
)

func (o *progressOptions) register(cmd *cobra.Command) {
	choose(cmd, &o.mode, "progress", "", "show progress on stderr; auto does so on a terminal", progressAuto, progressBar, progressNone)
}

// refreshEvery is how often the bar is drawn.
const refreshEvery = 200 * time.Millisecond

// start shows how far a command has come until the returned function is called:
// of total messages, or of nobody knows how many where total is negative. Done
// is called from another goroutine.
func (o *progressOptions) start(c *console, total int64, done func() int64) (stop func()) {
	if total == 0 || o.mode.value == progressNone || o.mode.value == progressAuto && !c.terminal {
		return func() {}
	}
	hide := c.show(&barDisplay{bar: newBar(c.w, total), total: total, done: done})
	rest := every(refreshEvery, c.redraw)
	return func() { rest(); hide() }
}

// newBar shows messages done of total, their rate, and at the end of the line
// what barDisplay knows of the time.
func newBar(w io.Writer, total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionShowTotalBytes(total >= 0), // of messages, in truth
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("messages"),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(total < 0),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSpinnerType(14),
	)
}

// barDisplay is a progress bar in the last line of the console.
type barDisplay struct {
	bar      *progressbar.ProgressBar
	total    int64
	done     func() int64
	estimate estimate
}

// draw shows the latest numbers. Some messages are read more than once, so that
// there may be more of them than the bar has room for. A display that cannot be
// drawn is no reason to stop.
func (d *barDisplay) draw() {
	n := d.done()
	if d.total > 0 {
		n = min(n, d.total)
		if left, ok := d.estimate.left(time.Now(), n, d.total); ok {
			d.bar.Describe(left.Round(time.Second).String() + " left")
		}
	}
	_ = d.bar.Set64(n)
}

func (d *barDisplay) clear() { _ = d.bar.Clear() }
