package killtest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// change lets a few things happen in the account, as they may at any time, and
// says which. With keep no conversation is deleted.
func (a *account) change(keep bool) []string {
	var done []string
	for range 1 + a.chance.IntN(4) {
		if len(a.conversations) == 0 {
			break
		}
		c := a.conversations[a.chance.IntN(len(a.conversations))]
		done = append(done, a.changeOne(c, keep))
	}
	return done
}

func (a *account) changeOne(c *conversation, keep bool) string {
	switch a.chance.IntN(12) {
	case 0, 1:
		a.write(c)
		return "message appended to " + c.SID
	case 2, 3:
		return a.edit(c)
	case 4:
		return a.react(c)
	case 5, 6:
		return a.erase(c)
	case 7:
		a.join(c)
		if a.chanceOf(0.5) {
			a.write(c)
		}
		return "somebody joined " + c.SID
	case 8:
		return a.leave(c)
	case 9:
		topic := fmt.Sprintf("Renamed %s", a.now())
		c.FriendlyName, c.Updated = &topic, a.now()
		return "topic of " + c.SID
	case 10:
		for _, p := range c.participants {
			a.read(c, p)
		}
		return "read horizons of " + c.SID
	}
	if keep || a.chanceOf(0.5) {
		a.addConversation()
		return "a conversation was added"
	}
	a.conversations = slices.DeleteFunc(a.conversations, func(other *conversation) bool { return other == c })
	return c.SID + " was deleted"
}

// learn notes how far the ledger says that each conversation has come.
func (a *account) learn(t testing.TB, ledger *checkpoint.Reader) {
	t.Helper()
	for _, c := range a.conversations {
		progress, err := ledger.Progress(mapping.ConversationSID(c.SID))
		must(t, err)
		c.noted = progress.LastIndex
	}
}

// edit gives a message another body. It never grows: what there is room for in
// ACS would depend on whether it had been sent before.
func (a *account) edit(c *conversation) string {
	m := a.any(c)
	if m == nil {
		return "nothing to edit"
	}
	a.minted++
	text := fmt.Sprintf("Edited %d. ", a.minted)
	if room := utf8.RuneCountInString(m.Body)*9/10 - len(text); room > 0 {
		text += strings.Repeat("x", a.chance.IntN(room+1))
	}
	m.Body, m.Updated = text, a.now()
	return "body of " + m.SID
}

// react changes the attributes of a message, a short one for the same reason.
func (a *account) react(c *conversation) string {
	m := a.any(c)
	if m == nil || len(m.Body) > 1000 {
		return "nothing to react to"
	}
	m.Attributes, m.Updated = fmt.Sprintf(`{"reaction":%d}`, a.chance.IntN(1000)), a.now()
	return "attributes of " + m.SID
}

func (a *account) erase(c *conversation) string {
	m := a.any(c)
	if m == nil {
		return "nothing to delete"
	}
	c.messages = slices.DeleteFunc(c.messages, func(other *message) bool { return other == m })
	return m.SID + " was deleted"
}

func (a *account) leave(c *conversation) string {
	if len(c.participants) == 0 {
		return "nobody to leave"
	}
	i := a.chance.IntN(len(c.participants))
	if m := a.any(c); m != nil && m.Participant != nil && a.chanceOf(0.5) {
		if wrote := slices.IndexFunc(c.participants, func(p *participant) bool { return p.SID == *m.Participant }); wrote >= 0 {
			i = wrote
		}
	}
	left := c.participants[i]
	c.participants = slices.Delete(c.participants, i, i+1)
	return left.SID + " left " + c.SID
}

// any is a message of c, often one of those that come next for ACS: whether they
// have been sent a run that was killed may not have lived to note.
func (a *account) any(c *conversation) *message {
	n := len(c.messages)
	if n == 0 {
		return nil
	}
	next := slices.IndexFunc(c.messages, func(m *message) bool { return m.Index > c.noted })
	if next < 0 || a.chanceOf(0.4) {
		return c.messages[a.chance.IntN(n)]
	}
	return c.messages[next+a.chance.IntN(min(n-next, 3))]
}
