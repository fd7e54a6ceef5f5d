package mapping

import "fmt"

// DamagedError is an item of the source that cannot be read. It spoils only its
// own conversation, or only itself where Conversation is empty: a listing that
// yields one goes on.
type DamagedError struct {
	Place        string          // "messages.jsonl:41", or a resource's path
	Conversation ConversationSID // whose item it is, when that can be told
	Err          error
}

func (e *DamagedError) Error() string { return fmt.Sprintf("%s: %v", e.Place, e.Err) }

func (e *DamagedError) Unwrap() error { return e.Err }

// Hint says what can be done about it.
func (e *DamagedError) Hint() string {
	return "repair or remove the item at the source, or go on without it with --skip-damaged"
}
