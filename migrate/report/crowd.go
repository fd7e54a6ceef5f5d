package report

import (
	"hash/maphash"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// crowd is everybody a plan has met, in a few bytes each.
type crowd struct {
	seed maphash.Seed
	seen map[uint64]role
	// services are where an identity was met first, by its hash.
	services map[uint64]mapping.ServiceSID
}

// role is what somebody does in a run.
type role uint8

const (
	isNew role = 1 << iota // has no communication user yet
	acts                   // needs a token
)

func newCrowd() *crowd {
	return &crowd{seed: maphash.MakeSeed(), seen: make(map[uint64]role), services: make(map[uint64]mapping.ServiceSID)}
}

// meet takes in somebody.
func (c *crowd) meet(who mapping.PersonKey, create bool) {
	key := maphash.Comparable(c.seed, who)
	if create {
		c.seen[key] |= isNew
	} else {
		c.seen[key] |= 0
	}
}

// act takes in that somebody needs a token.
func (c *crowd) act(who mapping.PersonKey) { c.seen[maphash.Comparable(c.seed, who)] |= acts }

// elsewhere reports whether an identity was met in another service before, the
// first time that it is.
func (c *crowd) elsewhere(who mapping.PersonKey) (mapping.ServiceSID, bool) {
	key := maphash.String(c.seed, who.Name)
	first, known := c.services[key]
	switch {
	case !known:
		c.services[key] = who.Service
	case first != "" && first != who.Service:
		c.services[key] = "" // told once
		return first, true
	}
	return "", false
}

// requests counts what making users and giving them tokens takes.
func (c *crowd) requests(do map[limits.Operation]int64) {
	for _, r := range c.seen {
		switch r {
		case isNew | acts:
			do[limits.CreateUserAndToken]++
		case isNew:
			do[limits.CreateIdentity]++
		case acts:
			do[limits.IssueToken]++
		}
	}
}
