package mapping

import "time"

// Timestamp is a moment as Twilio wrote it: ISO 8601, in UTC and whole seconds
// for Conversations, with microseconds and an offset for media. It is kept as
// text because it travels on as metadata letter by letter, and because one
// date that cannot be read must not lose the item that carries it.
type Timestamp string

// Time reads t. The empty Timestamp, Twilio's null, is the zero time.
func (t Timestamp) Time() (time.Time, error) {
	if t == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, string(t))
}
