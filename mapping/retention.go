package mapping

import "fmt"

// RetentionNone is ChatThread.RetentionKind of a thread that stays.
const RetentionNone = "none"

// Retention says in words how long t is kept; empty when ACS does not report it.
func (t ChatThread) Retention() string {
	if t.RetentionDays != 0 {
		return retention(t.RetentionDays)
	}
	return t.RetentionKind
}

// Retention says in words how long t is to be kept.
func (t NewChatThread) Retention() string { return retention(t.RetentionDays) }

// Retention says in words how long the thread of d is to be kept.
func (d ThreadDraft) Retention() string { return retention(d.RetentionDays) }

func retention(days int) string {
	if days == 0 {
		return RetentionNone
	}
	return fmt.Sprintf("%d days from creation", days)
}
