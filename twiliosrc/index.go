package twiliosrc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// stretch is a part of a file that begins and ends with whole lines.
type stretch struct {
	start, end int64 // offsets
	line       int64 // number of the first line, from 1
	count      int64 // lines that are not blank
}

// extend takes l into s.
func (s *stretch) extend(l line) {
	if s.count == 0 && s.end == 0 {
		s.start, s.line = l.start, l.number
	}
	s.end = l.end
	s.count++
}

// entry is where everything of one conversation stands in the files.
type entry struct {
	sid          mapping.ConversationSID
	service      mapping.ServiceSID
	own          stretch   // its line in conversations.jsonl; count is how many name it
	participants []stretch // may stand in several places
	messages     stretch   // must stand together
	apart        stretch   // messages that do not, from the first of them
	// foundIn and foundAt say where a conversation was first met that
	// conversations.jsonl does not have.
	foundIn string
	foundAt int64
}

func (e *entry) known() bool { return e.own.count > 0 }

// index finds the lines of each conversation. It grows with the number of
// conversations, not of messages.
type index struct {
	bySID    map[mapping.ConversationSID]*entry
	order    []*entry // as first met
	services []mapping.ServiceSID
	account  mapping.AccountSID // of the first conversation
	messages int64              // of known conversations
	// strays are lines that name no conversation, in files where no line does:
	// they belong to nobody.
	strays []stray
}

// stray is a stretch of lines without an owner.
type stray struct {
	file string
	stretch
}

func (ix *index) entry(sid mapping.ConversationSID) *entry {
	e := ix.bySID[sid]
	if e == nil {
		e = &entry{sid: sid}
		ix.bySID[sid] = e
		ix.order = append(ix.order, e)
	}
	return e
}

// intern keeps one copy of the SID of each service, of which there are few.
func (ix *index) intern(text []byte) mapping.ServiceSID {
	for _, s := range ix.services {
		if string(s) == string(text) {
			return s
		}
	}
	if !validSID(prefixService, string(text)) {
		return ""
	}
	sid := mapping.ServiceSID(text)
	ix.services = append(ix.services, sid)
	return sid
}

// buildIndex passes once over the three files.
func buildIndex(ctx context.Context, m Manifest, conversations, participants, messages *file) (*index, error) {
	ix := &index{bySID: map[mapping.ConversationSID]*entry{}}
	if m.DefaultServiceSID != "" {
		ix.intern([]byte(m.DefaultServiceSID))
	}
	err := scanFile(ctx, conversations, func(l line) { ix.addConversation(l, m.DefaultServiceSID) })
	if err != nil {
		return nil, err
	}
	err = ix.addRuns(ctx, participants, func(e *entry, run stretch) {
		e.participants = append(e.participants, run)
	})
	if err != nil {
		return nil, err
	}
	err = ix.addRuns(ctx, messages, func(e *entry, run stretch) {
		switch {
		case e.messages.count == 0:
			e.messages = run
		case e.apart.count == 0:
			e.apart = run
		default:
			e.apart.count += run.count
		}
	})
	for _, e := range ix.order {
		if e.known() {
			ix.messages += e.messages.count
		}
	}
	return ix, err
}

// scanFile calls visit with every line of f.
func scanFile(ctx context.Context, f *file, visit func(line)) error {
	r := &lineReader{buf: bufio.NewReaderSize(io.NewSectionReader(f.at, 0, f.size), scanSize)}
	for {
		l, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read %s: %w", f.name, err)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		visit(l)
	}
}

func (ix *index) addConversation(l line, fallback mapping.ServiceSID) {
	sid := conversationOf(l.text)
	if sid == "" {
		return // reading the line says what is wrong with it
	}
	e := ix.entry(sid)
	e.own.count++
	if e.own.count > 1 {
		return
	}
	e.own = stretch{start: l.start, end: l.end, line: l.number, count: 1}
	if e.service = ix.intern(stringField(l.text, "chat_service_sid")); e.service == "" {
		e.service = fallback
	}
	if account := string(stringField(l.text, "account_sid")); ix.account == "" && validSID(prefixAccount, account) {
		ix.account = mapping.AccountSID(account)
	}
}
