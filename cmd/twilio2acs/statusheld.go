package main

import (
	"time"

	"github.com/dustin/go-humanize"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// heldThread is a thread whose newest message is still held back.
type heldThread struct {
	Conversation mapping.ConversationSID `json:"conversation"`
	Thread       mapping.ThreadID        `json:"thread"`
	Newest       time.Time               `json:"newest"` // when it was written in Twilio
}

// maxHeld is how many such threads a status names, but for -o jsonl, which names
// all of them.
const maxHeld = 10

func (d *statusDocument) addHeld(h heldThread) {
	if len(d.Held) < maxHeld {
		d.Held = append(d.Held, h)
	} else {
		d.MoreHeld++
	}
}

// writeHeld warns of threads that look complete and are not.
func (d *statusDocument) writeHeld(t *textWriter, now time.Time) {
	n := int64(len(d.Held)) + d.MoreHeld
	if n == 0 {
		return
	}
	t.printf("\n")
	t.heading("%s", t.color.paint(yellow, plural(n, "thread lacks its newest message:", "threads lack their newest messages:")))
	for _, h := range d.Held {
		t.printf("  %s  written %s\n", h.Conversation, ago(h.Newest, now))
	}
	if d.MoreHeld > 0 {
		t.printf("  … and %s more: -o jsonl lists them all\n", humanize.Comma(d.MoreHeld))
	}
	t.printf("  The same run command sends them in order; with --stage tail added it sends them at once.\n")
}
