package main

import (
	"time"

	"github.com/dustin/go-humanize"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// recording is what record came to.
type recording struct {
	recorded twiliosrc.Recorded
	out      string
	redacted bool // so it is, or was to be
	skipped  int64
	took     time.Duration
	err      error // what ended it early; nil when done
}

// recordingDocument is a recording as machines read it.
type recordingDocument struct {
	head
	Out      string                   `json:"out"`
	Redacted bool                     `json:"redacted"`
	Counts   map[twiliosrc.Kind]int64 `json:"counts,omitempty"` // by kind of resource
	// Resumed counts the conversations that an earlier attempt had recorded.
	Resumed           int64 `json:"resumedConversations,omitempty"`
	GoneConversations int64 `json:"goneConversations,omitempty"`
	GoneMessages      int64 `json:"goneMessages,omitempty"`
	MissingMedia      int64 `json:"missingMedia,omitempty"`
	// Skipped counts what --skip-damaged left out, Damaged what was left out
	// without having been asked for; Damage tells of the first of those.
	Skipped int64    `json:"skipped,omitempty"`
	Damaged int64    `json:"damaged,omitempty"`
	Damage  []string `json:"damage,omitempty"`
	Exit    int      `json:"exit"`
	Error   *failure `json:"error,omitempty"`
	Seconds float64  `json:"seconds"`
}

func (r *recording) document() recordingDocument {
	var damage []string
	for _, d := range r.recorded.Damage {
		damage = append(damage, d.Error())
	}
	return recordingDocument{
		head: headOf("record"), Out: r.out, Redacted: r.redacted, Counts: r.recorded.Manifest.Counts,
		Resumed: r.recorded.Resumed, GoneConversations: r.recorded.GoneConversations, GoneMessages: r.recorded.GoneMessages,
		MissingMedia: r.recorded.MissingMedia, Skipped: r.skipped, Damaged: r.recorded.Damaged, Damage: damage,
		Exit: exitCode(r.err), Error: failureOf(r.err), Seconds: r.took.Round(time.Millisecond).Seconds(),
	}
}

// print prints the recording in the form asked for and returns how the command
// ends. Text says nothing of one that came to nothing.
func (r *recording) print(s *streams, o outputOptions) error {
	doc := r.document()
	switch {
	case o.format.value == formatJSON:
		printDocument(s.out, doc)
	case o.format.value == formatJSONL:
		doc.Type = "summary"
		if doc.Error != nil {
			doc.Type = "error"
		}
		printLine(s.out, doc)
	case r.err == nil, silent(r.err):
		r.write(&textWriter{w: s.out, color: painter(s.color)})
	}
	if r.err == nil {
		return nil
	}
	return &reportedError{r.err}
}

// recordedKinds are the kinds of resources that people are told of.
var recordedKinds = []twiliosrc.Kind{
	twiliosrc.KindServices, twiliosrc.KindUsers, twiliosrc.KindConversations, twiliosrc.KindParticipants,
	twiliosrc.KindMessages, twiliosrc.KindReceipts, twiliosrc.KindMedia,
}

// write tells people what was recorded.
func (r *recording) write(t *textWriter) {
	how := "as it is: keep it as you keep the account"
	if r.redacted {
		how = "redacted"
	}
	t.heading("Recorded into %s in %s, %s.", r.out, shortly(r.took), how)
	for _, kind := range recordedKinds {
		if n := r.recorded.Manifest.Counts[kind]; n > 0 {
			t.printf("  %-13s  %7s\n", kind, humanize.Comma(n))
		}
	}
	t.note(r.recorded.Resumed, "conversation was there from an earlier attempt", "conversations were there from an earlier attempt")
	t.note(r.recorded.GoneConversations, "conversation was deleted meanwhile", "conversations were deleted meanwhile")
	t.note(r.recorded.GoneMessages, "message was deleted meanwhile", "messages were deleted meanwhile")
	t.note(r.recorded.MissingMedia, "file was not found at Twilio", "files were not found at Twilio")
	t.note(r.skipped, "damaged item was left out", "damaged items were left out")
	if r.recorded.Damaged > 0 {
		t.printf("\n")
		t.heading("Left out, because it could not be read:")
		for _, d := range r.recorded.Damage {
			t.printf("  %s\n", d)
		}
		if more := r.recorded.Damaged - int64(len(r.recorded.Damage)); more > 0 {
			t.printf("  … and %s more\n", humanize.Comma(more))
		}
	}
	t.next("twilio2acs plan --source " + shellWord(r.out) + " --dest local:out")
}
