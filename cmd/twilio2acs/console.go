package main

import (
	"io"
	"sync"
)

// console is stderr, shared by a display that is redrawn in place and by lines
// that must stay: these are written above the display.
type console struct {
	w        io.Writer
	terminal bool
	color    bool

	mu      sync.Mutex
	display display // nil for none
}

// A display occupies the last line of the console. Its methods are called while
// the console is locked.
type display interface {
	draw()
	clear()
}

// Write writes lines that stay. An error is not reported to anybody: there is
// nowhere left to say it.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.display != nil {
		c.display.clear()
	}
	n, err := c.w.Write(p)
	if c.display != nil {
		c.display.draw()
	}
	return n, err
}

// show puts d into the last line and returns the function that takes it away.
func (c *console) show(d display) (hide func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.display = d
	d.draw()
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.display = nil
		d.clear()
	}
}

// redraw draws the display anew, after what it shows has changed.
func (c *console) redraw() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.display != nil {
		c.display.draw()
	}
}
