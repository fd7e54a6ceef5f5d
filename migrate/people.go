package migrate

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// personLedger remembers which communication user a person became.
type personLedger interface {
	Person(mapping.PersonKey) (mapping.PersonRecord, bool, error)
	RecordPerson(mapping.PersonRecord) error
}

// people turns person keys into communication users, each created once.
type people struct {
	ledger personLedger
	acs    Identities
	retry  func(context.Context, func(context.Context) error) error
	flight singleflight.Group
	met    acquaintances
	// slots bounds how many creations are under way, and so how many identities
	// a crash can leave behind unused.
	slots *semaphore.Weighted
	// tokens are those of them that may bring a token along. The limits of creating
	// with and without one, and of issuing tokens, are separate: when many wait for
	// the first, the others are free.
	tokens *semaphore.Weighted
}

const (
	// creationsAtOnce is more than enough for the published 1,000 identities in 30
	// seconds, with a token and as many without, whatever a creation takes.
	creationsAtOnce = 32
	withTokenAtOnce = creationsAtOnce / 2
)

func newPeople(ledger personLedger, acs Identities, p *patience) *people {
	return &people{ledger: ledger, acs: acs, retry: p.do, slots: semaphore.NewWeighted(creationsAtOnce), tokens: semaphore.NewWeighted(withTokenAtOnce)}
}

// person is what the first mention of somebody knows.
type person struct {
	Key         mapping.PersonKey
	DisplayName string
	UserSID     mapping.UserSID
}

// id is the communication user of p, created if need be. Acting says that p is
// about to act, so that the creation brings the first token along.
func (pp *people) id(ctx context.Context, p person, acting bool) (mapping.CommunicationUserID, error) {
	if id, met := pp.met.find(p.Key); met {
		return id, nil
	}
	rec, _, err := pp.ledger.Person(p.Key)
	if err != nil {
		return "", ledgerFailure(err)
	}
	if rec.ID != "" {
		return rec.ID, pp.acquaint(rec, p)
	}
	key := string(p.Key.Kind) + "\x00" + string(p.Key.Service) + "\x00" + p.Key.Name
	id, err, _ := pp.flight.Do(key, func() (any, error) { return pp.create(ctx, p, acting) })
	if err != nil {
		return "", err
	}
	pp.met.add(p.Key, id.(mapping.CommunicationUserID))
	return id.(mapping.CommunicationUserID), nil
}

// acquaint notes, once, what is known of somebody who is to use a communication user
// that was there before.
func (pp *people) acquaint(rec mapping.PersonRecord, p person) error {
	if rec.Adopted && rec.DisplayName == "" {
		if p.DisplayName == "" {
			return nil // who mentions them next may know more
		}
		rec.DisplayName, rec.UserSID = p.DisplayName, p.UserSID
		if err := pp.ledger.RecordPerson(rec); err != nil {
			return ledgerFailure(err)
		}
	}
	pp.met.add(p.Key, rec.ID)
	return nil
}

// create notes the intent before the call, since an answer that never comes
// leaves an identity behind that nothing refers to.
func (pp *people) create(ctx context.Context, p person, acting bool) (mapping.CommunicationUserID, error) {
	if err := pp.slots.Acquire(ctx, 1); err != nil {
		return "", err
	}
	defer pp.slots.Release(1)
	if acting = acting && pp.tokens.TryAcquire(1); acting { // else it is issued when it is needed
		defer pp.tokens.Release(1)
	}
	rec, found, err := pp.ledger.Person(p.Key)
	if err != nil {
		return "", ledgerFailure(err)
	}
	if rec.ID != "" {
		return rec.ID, nil
	}
	if found && !rec.BegunAt.IsZero() {
		rec.Unused++ // an earlier process began this and never learned the answer
	}
	rec.Key, rec.DisplayName, rec.UserSID, rec.BegunAt = p.Key, p.DisplayName, p.UserSID, time.Now()
	if err := pp.ledger.RecordPerson(rec); err != nil {
		return "", ledgerFailure(err)
	}
	err = pp.retry(ctx, func(ctx context.Context) error {
		calls, cancel := graceful(ctx)
		defer cancel()
		id, err := pp.acs.CreateUser(calls, acting)
		rec.ID = id
		if outcomeOf(err) != unknown {
			return err
		}
		rec.Unused++
		if lerr := pp.ledger.RecordPerson(rec); lerr != nil {
			return ledgerFailure(lerr)
		}
		return err
	})
	if err != nil {
		return "", pp.giveUp(rec, err)
	}
	if err := pp.ledger.RecordPerson(rec); err != nil {
		return "", ledgerFailure(err)
	}
	return rec.ID, nil
}

// giveUp notes that the last attempt certainly made no identity, if so.
func (pp *people) giveUp(rec mapping.PersonRecord, err error) error {
	if o := outcomeOf(err); o != notDone && o != refused {
		return err
	}
	rec.BegunAt = time.Time{}
	if lerr := pp.ledger.RecordPerson(rec); lerr != nil {
		return ledgerFailure(lerr)
	}
	return err
}

// census counts distinct things of one kind, people at first, in eight bytes each.
type census struct {
	seed maphash.Seed
	mu   sync.Mutex
	seen map[uint64]struct{}
}

func newCensus() *census {
	return &census{seed: maphash.MakeSeed(), seen: make(map[uint64]struct{})}
}

// hash stands for key in this run.
func (c *census) hash(key mapping.PersonKey) uint64 { return maphash.Comparable(c.seed, key) }

// add counts key and reports whether it is new.
func (c *census) add(key mapping.PersonKey) bool { return c.note(c.hash(key)) }

// addConversation counts a conversation in the same way.
func (c *census) addConversation(sid mapping.ConversationSID) bool {
	return c.note(maphash.Comparable(c.seed, sid))
}

// hasConversation reports whether sid was counted.
func (c *census) hasConversation(sid mapping.ConversationSID) bool {
	return c.has(maphash.Comparable(c.seed, sid))
}

// addUser counts a communication user in the same way.
func (c *census) addUser(id mapping.CommunicationUserID) bool {
	return c.note(maphash.Comparable(c.seed, id))
}

// hasUser reports whether id was counted.
func (c *census) hasUser(id mapping.CommunicationUserID) bool {
	return c.has(maphash.Comparable(c.seed, id))
}

// addThread counts a thread in the same way.
func (c *census) addThread(id mapping.ThreadID) bool { return c.note(maphash.Comparable(c.seed, id)) }

// hasThread reports whether id was counted.
func (c *census) hasThread(id mapping.ThreadID) bool { return c.has(maphash.Comparable(c.seed, id)) }

func (c *census) has(h uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.seen[h]
	return ok
}

func (c *census) note(h uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.seen[h]; ok {
		return false
	}
	c.seen[h] = struct{}{}
	return true
}
