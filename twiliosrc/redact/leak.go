package redact

import "fmt"

// LeakError says where a snapshot holds something that the redaction has not
// written. It never says what.
type LeakError struct {
	File   string // such as messages.jsonl or media/ME…
	Line   int    // from 1; 0 where it concerns the whole file
	Field  string // such as messaging_binding.name; empty where it concerns the whole line
	Reason string
}

func (e *LeakError) Error() string {
	at := e.File
	if e.Line > 0 {
		at = fmt.Sprintf("%s:%d", at, e.Line)
	}
	if e.Field != "" {
		at += ": field " + e.Field
	}
	return fmt.Sprintf("scan %s: %s", at, e.Reason)
}

// Hint says what can be done about it.
func (e *LeakError) Hint() string {
	return "do not give this snapshot away; record again into an empty directory"
}
