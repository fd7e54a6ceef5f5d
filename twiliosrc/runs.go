package twiliosrc

import (
	"context"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// addRuns finds the stretches of f whose lines are of one conversation.
func (ix *index) addRuns(ctx context.Context, f *file, add func(*entry, stretch)) error {
	r := runs{index: ix, file: f.name, add: add}
	if err := scanFile(ctx, f, r.line); err != nil {
		return err
	}
	r.end()
	return nil
}

// runs follows the lines of a file from one conversation to the next.
type runs struct {
	index *index
	file  string
	add   func(*entry, stretch)

	current *entry
	run     stretch
	// astray are the lines since the last one of current whose owner cannot be
	// told. They count as part of both conversations that they stand between,
	// so that neither is taken to be whole.
	astray stretch
}

func (r *runs) line(l line) {
	sid := r.owner(l.text)
	switch {
	case sid == "":
		if r.current != nil {
			r.run.extend(l)
		}
		r.astray.extend(l)
	case r.current != nil && r.current.sid == sid:
		r.run.extend(l)
		r.astray = stretch{}
	default:
		r.turn(sid, l)
	}
}

// turn goes on with another conversation. One that conversations.jsonl does not
// have ends nothing: its lines may be damaged lines of the current one.
func (r *runs) turn(sid mapping.ConversationSID, l line) {
	e := r.index.entry(sid)
	if !e.known() {
		if e.foundIn == "" {
			e.foundIn, e.foundAt = r.file, l.number
		}
		return
	}
	next := stretch{}
	if r.astray.count > 0 {
		next = r.astray
		if r.current != nil {
			next.count = 0 // already counted
		}
	}
	if r.current != nil {
		r.add(r.current, r.run)
	}
	next.extend(l)
	r.current, r.run, r.astray = e, next, stretch{}
}

func (r *runs) end() {
	switch {
	case r.current != nil:
		r.add(r.current, r.run)
	case r.astray.count > 0:
		r.index.strays = append(r.index.strays, stray{r.file, r.astray})
	}
}

// owner finds whose line text is. A line that does not say it properly belongs
// to the current conversation if that is named anywhere in it, or else to the
// only known conversation that is.
func (r *runs) owner(text []byte) mapping.ConversationSID {
	sid := stringField(text, "conversation_sid")
	if r.current != nil && string(sid) == string(r.current.sid) {
		return r.current.sid
	}
	if validSID(prefixConversation, string(sid)) {
		return mapping.ConversationSID(sid)
	}
	var named mapping.ConversationSID
	for sid := range conversationSIDs(text) {
		switch e := r.index.bySID[sid]; {
		case e == nil || !e.known():
		case e == r.current:
			return sid
		case named == "":
			named = sid
		case named != sid:
			return ""
		}
	}
	return named
}
