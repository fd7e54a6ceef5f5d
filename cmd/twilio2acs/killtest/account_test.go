package killtest_test

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// An account is a made-up Twilio account that grows and changes as a real one
// does. It follows from its source of chance alone.
type account struct {
	chance        *rand.Rand
	minted        int // SIDs so far
	clock         time.Time
	users         []*user
	conversations []*conversation
	files         map[string][]byte // by SID
}

const (
	accountSID = "AC000000000000000000000000000000a1"
	serviceSID = "IS000000000000000000000000000000a1"
)

// newAccount makes up an account of a few conversations: long messages, files,
// telephones, authors who have left, and read horizons among them.
func newAccount(chance *rand.Rand) *account {
	a := &account{chance: chance, clock: time.Date(2024, 3, 5, 9, 0, 0, 0, time.UTC), files: make(map[string][]byte)}
	for range 4 + chance.IntN(5) {
		a.addUser()
	}
	for range 3 + chance.IntN(4) {
		a.addConversation()
	}
	return a
}

func (a *account) sid(prefix string) string {
	a.minted++
	return fmt.Sprintf("%s%032x", prefix, a.minted)
}

// now is a moment after all before.
func (a *account) now() string {
	a.clock = a.clock.Add(time.Duration(1+a.chance.IntN(90)) * time.Second)
	return a.clock.Format(time.RFC3339)
}

// chanceOf is true so often.
func (a *account) chanceOf(p float64) bool { return a.chance.Float64() < p }

func (a *account) addUser() *user {
	u := &user{SID: a.sid("US"), Service: serviceSID, Attributes: "{}"}
	u.Identity = fmt.Sprintf("user.%d", a.minted)
	if a.chanceOf(0.7) {
		name := fmt.Sprintf("User № %d", a.minted)
		u.FriendlyName = &name
	}
	a.users = append(a.users, u)
	return u
}

func (a *account) addConversation() {
	at := a.now()
	c := &conversation{
		SID: a.sid("CH"), Account: accountSID, Service: serviceSID, Attributes: "{}", Created: at, Updated: at, noted: -1,
		State: []string{"active", "active", "inactive", "closed"}[a.chance.IntN(4)],
	}
	if a.chanceOf(0.8) {
		name := fmt.Sprintf("Conversation %d", a.minted)
		c.FriendlyName = &name
	}
	a.conversations = append(a.conversations, c)
	for range 1 + a.chance.IntN(5) {
		a.join(c)
	}
	if a.chanceOf(0.2) {
		a.joinByTelephone(c)
	}
	for range a.chance.IntN(25) {
		a.write(c)
	}
	for _, p := range c.participants {
		a.read(c, p)
	}
}

// join lets a user take part who does not yet; a new one where all do.
func (a *account) join(c *conversation) {
	u := a.users[a.chance.IntN(len(a.users))]
	if c.has(u.Identity) {
		u = a.addUser()
	}
	c.participants = append(c.participants, &participant{
		SID: a.sid("MB"), Conversation: c.SID, Identity: &u.Identity, Attributes: "{}", Created: a.now(),
	})
}

func (c *conversation) has(identity string) bool {
	for _, p := range c.participants {
		if p.Identity != nil && *p.Identity == identity {
			return true
		}
	}
	return false
}

func (a *account) joinByTelephone(c *conversation) {
	c.participants = append(c.participants, &participant{
		SID: a.sid("MB"), Conversation: c.SID, Attributes: "{}", Created: a.now(),
		Binding: &binding{Type: "sms", Address: fmt.Sprintf("+1555555%04d", a.minted), Proxy: "+15555550100"},
	})
}

// write appends a message, mostly by a participant.
func (a *account) write(c *conversation) {
	at := a.now()
	m := &message{
		SID: a.sid("IM"), Account: accountSID, Service: serviceSID, Conversation: c.SID, Index: c.next,
		Body: a.text(), Attributes: a.attributes(), Created: at, Updated: at,
	}
	a.sign(c, m)
	if a.chanceOf(0.1) {
		m.Media = append(m.Media, a.file())
	}
	c.next += 1 + int64(a.chance.IntN(8)/7) // sometimes with a gap
	c.messages = append(c.messages, m)
}

// sign chooses who wrote m: a participant, somebody who has left, or nobody.
func (a *account) sign(c *conversation, m *message) {
	switch chosen := a.chance.Float64(); {
	case chosen < 0.08 || len(c.participants) == 0:
		m.Author = "system"
	case chosen < 0.18:
		u := a.users[a.chance.IntN(len(a.users))]
		m.Author = u.Identity
		if !c.has(u.Identity) {
			sid := a.sid("MB")
			m.Participant = &sid
		}
	default:
		p := c.participants[a.chance.IntN(len(c.participants))]
		m.Participant = &p.SID
		if m.Author = *p.name(); p.Identity != nil && a.chanceOf(0.1) {
			m.Participant = nil
		}
	}
}

func (p *participant) name() *string {
	if p.Identity != nil {
		return p.Identity
	}
	return &p.Binding.Address
}

// text is a body that no other message has. One in ten takes several parts.
func (a *account) text() string {
	a.minted++
	text := fmt.Sprintf("Message %d. ", a.minted)
	words := a.chance.IntN(12)
	if a.chanceOf(0.1) {
		words = 2000 + a.chance.IntN(6000)
	}
	for range words {
		text += []string{"tent ", "Rad ", "zelt\n", "自転車 ", "🚲 ", "<b>&amp; "}[a.chance.IntN(6)]
	}
	return text
}

func (a *account) attributes() string {
	if a.chanceOf(0.8) {
		return "{}"
	}
	return fmt.Sprintf(`{"reaction":%d}`, a.chance.IntN(1000))
}

func (a *account) file() media {
	m := media{
		SID: a.sid("ME"), Size: 1 + a.chance.IntN(5000), ContentType: "application/pdf", Category: "media",
		Filename: fmt.Sprintf("file %d.pdf", a.minted),
	}
	content := make([]byte, m.Size)
	for i := range content {
		content[i] = byte(a.chance.Uint32())
	}
	a.files[m.SID] = content
	return m
}

// read moves a read horizon, perhaps.
func (a *account) read(c *conversation, p *participant) {
	if c.next == 0 || a.chanceOf(0.4) {
		return
	}
	at := a.chance.Int64N(c.next)
	if p.Read == nil || *p.Read < at {
		p.Read = &at
	}
}
