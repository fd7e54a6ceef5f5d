// Package probe settles with an ACS resource what no document says of ACS: how a
// message is measured and how a too large one is refused, how much metadata is
// taken, what a 429 says, how large a page is, how long a key is remembered.
//
// It creates two users and some small threads for that, notes each of them in a file
// at once, and deletes all of them again. What a killed probe has left the next one
// deletes.
package probe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// Resource is the ACS resource in question.
type Resource struct {
	// Chat keeps to the rate limits.
	Chat *acsdest.Chat
	// Hasty does not: it is there to see what happens then.
	Hasty    *acsdest.Chat
	Identity *acsdest.Identity
}

// Options tune a probe. The zero value is a sound default.
type Options struct {
	// KeyAge is how old the key of a creation is when it is repeated, at least. 0
	// repeats it as soon as everything else is known.
	KeyAge time.Duration
}

// An Answer is what one question came to.
type Answer struct {
	Text     string // for people, on one line
	Settings []Setting
}

// A Setting is what follows for a flag. An empty value means that the default of
// the flag is right.
type Setting struct {
	Flag  string `json:"flag"`
	Value string `json:"value"`
}

// A Question is one thing to find out. Its error may be a *Surprise, beside which
// the answer holds.
type Question struct {
	Name string
	Ask  func(context.Context) (Answer, error)
}

// A Surprise is an answer that a migration has to reckon with.
type Surprise struct {
	What   string
	Remedy string
}

func (s *Surprise) Error() string { return s.What }

// Hint is the remedy.
func (s *Surprise) Hint() string { return s.Remedy }

// Probe is one visit. It is used by one goroutine at a time.
type Probe struct {
	res  Resource
	opts Options
	left *leftovers

	writer, guest mapping.CommunicationUserID // who writes, and who is in no thread

	room  mapping.ThreadID // where messages go
	tries int              // messages tried there
	sent  int              // messages that were taken, anywhere

	key   string // of the creation of keyed
	keyed mapping.ThreadID
	since time.Time // when it was first used

	letters int // how many ASCII letters a message may have; 0 until it is known
}

// topic is that of every thread, so that whoever meets one knows what it is.
const topic = "twilio2acs doctor --probe"

// Open deletes what an earlier probe has left, by the note in that file, and creates
// the users. Whatever it returns, Close is to be called.
func Open(ctx context.Context, res Resource, note string, opts *Options) (*Probe, error) {
	if opts == nil {
		opts = &Options{}
	}
	p := &Probe{res: res, opts: *opts}
	var err error
	if p.left, err = openLeftovers(note); err != nil {
		return p, err
	}
	if err := p.left.remove(ctx, res); err != nil {
		return p, fmt.Errorf("delete what an earlier probe left: %w", err)
	}
	for _, user := range []*mapping.CommunicationUserID{&p.writer, &p.guest} {
		created, err := res.Identity.CreateUser(ctx, nil)
		if err != nil {
			return p, err
		}
		*user = created.ID
		if err := p.left.add(leftover{User: created.ID}); err != nil {
			return p, err
		}
	}
	return p, nil
}

// Close deletes everything that the probe created. Its context should outlive the
// one that was interrupted. What is still there afterwards stands in the note.
func (p *Probe) Close(ctx context.Context) error {
	if p.left == nil {
		return nil
	}
	return errors.Join(p.left.remove(ctx, p.res), p.left.close())
}

// Sent is how many messages were taken: these ACS charges for.
func (p *Probe) Sent() int { return p.sent }

// Questions are all there are, in the order in which they are to be asked.
func (p *Probe) Questions() []Question {
	return []Question{
		{"creation key", p.creationKey},
		{"message size", p.messageSize},
		{"message metadata", p.messageMetadata},
		{"thread metadata", p.threadMetadata},
		{"text", p.text},
		{"html", p.html},
		{"strangers", p.strangers},
		{"former members", p.formerMembers},
		{"lists", p.lists},
		{"rate limit", p.rateLimit},
		{"key lifetime", p.keyLifetime},
	}
}
