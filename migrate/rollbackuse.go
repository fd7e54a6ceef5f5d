package migrate

import (
	"fmt"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// verdict says why the thread must stay; nil when it may be deleted.
func (f *remains) verdict() error {
	if f.gone() {
		return nil
	}
	if sid := f.properties.Metadata[mapping.KeyConversationSID]; sid != string(f.rec.Conversation) {
		return &BlockedError{Reason: fmt.Sprintf("the metadata of thread %s name another conversation, or none: %q", f.rec.Thread, sid)}
	}
	uses := f.uses()
	if len(uses) == 0 || f.opts.IncludeUsed {
		return nil
	}
	f.used.Add(1)
	return &BlockedError{Reason: "people have used the thread since: " + strings.Join(uses, ", ")}
}

// uses are what people have done in the thread.
func (f *remains) uses() (uses []string) {
	for _, u := range []struct {
		n         int64
		one, many string
	}{
		{f.written, "wrote a message", "wrote %d messages"},
		{f.changed, "changed or deleted a message", "changed or deleted %d messages"},
		{f.joined, "one joined", "%d joined"},
	} {
		switch {
		case u.n == 1:
			uses = append(uses, u.one)
		case u.n > 1:
			uses = append(uses, fmt.Sprintf(u.many, u.n))
		}
	}
	if f.retouched {
		uses = append(uses, "changed topic or metadata")
	}
	return uses
}
