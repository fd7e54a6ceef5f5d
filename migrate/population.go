package migrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// An Inhabitant is somebody of Twilio and how much of the account is theirs.
type Inhabitant struct {
	// Key is that of the communication user they become; of an author that is free
	// text, its kind is mapping.PersonAuthor.
	Key           mapping.PersonKey
	Channel       string // of the binding of a placeholder, such as "whatsapp"
	UserSID       mapping.UserSID
	FriendlyName  string
	DisplayName   string // in ACS, as the rules choose it
	Conversations int    // that they take part in
	Messages      int64  // of theirs, if these were read
}

// PopulationOptions tune what is read of a population. Nil reads the least.
type PopulationOptions struct {
	// Messages reads all messages: it counts them, and finds authors who have left
	// or are no participants.
	Messages bool
}

// population is everybody met so far. It grows with the people, not with what
// they wrote.
type population struct {
	src      Twilio
	rules    mapping.Rules
	dir      *directory
	messages bool

	mu     sync.Mutex
	people map[mapping.PersonKey]*Inhabitant
}

// Population lists everybody of the source, by kind, service and name, as they are
// before anything is decided about them. Items that cannot be read are left out;
// their number is told.
func Population(ctx context.Context, src Twilio, rules mapping.Rules, opts *PopulationOptions) (people []Inhabitant, damaged int, err error) {
	p := &population{src: src, rules: rules, messages: opts != nil && opts.Messages, people: make(map[mapping.PersonKey]*Inhabitant)}
	if p.dir, err = readDirectory(ctx, src); err != nil {
		return nil, 0, err
	}
	for key, u := range p.dir.users {
		p.meet(Inhabitant{Key: key, UserSID: u.SID, FriendlyName: u.FriendlyName, DisplayName: rules.PublicName(cmp.Or(u.FriendlyName, key.Name))})
	}
	var broken collector
	if err := eachConversation(ctx, src.Conversations, planReads, &broken, p.conversation); err != nil {
		return nil, 0, err
	}
	for _, one := range p.people {
		people = append(people, *one)
	}
	slices.SortFunc(people, func(a, b Inhabitant) int { return comparePeople(a.Key, b.Key) })
	return people, len(p.dir.damaged) + len(broken.finish().Problems), nil
}

// meet finds somebody, or gets to know them.
func (p *population) meet(who Inhabitant) *Inhabitant {
	known := p.people[who.Key]
	if known == nil {
		known = &who
		p.people[who.Key] = known
	}
	known.Channel = cmp.Or(known.Channel, who.Channel)
	return known
}

func (p *population) conversation(ctx context.Context, c mapping.Conversation) error {
	found, err := p.roster(ctx, c)
	if err != nil {
		return err
	}
	p.mu.Lock()
	for _, m := range found.Members {
		p.meet(p.member(m)).Conversations++
	}
	p.mu.Unlock()
	if !p.messages {
		return nil
	}
	for m, err := range p.src.Messages(ctx, c, -1) {
		switch {
		case errors.As(err, new(*mapping.DamagedError)):
			continue
		case err != nil:
			return fmt.Errorf("list messages of %s: %w", c.SID, err)
		}
		p.wrote(found, c, m)
	}
	return nil
}

// roster sorts the participants of c whom the source can tell of.
func (p *population) roster(ctx context.Context, c mapping.Conversation) (*mapping.Roster, error) {
	var participants []mapping.Participant
	for one, err := range p.src.Participants(ctx, c) {
		switch {
		case errors.As(err, new(*mapping.DamagedError)):
			continue
		case err != nil:
			return nil, fmt.Errorf("list participants of %s: %w", c.SID, err)
		}
		participants = append(participants, one)
	}
	names := mapping.Rules{Addresses: p.rules.Addresses, DisplayNames: p.rules.DisplayNames} // no policy leaves anybody out
	roster, _ := names.Roster(c, participants, p.dir)
	return roster, nil
}

func (p *population) member(m mapping.Member) Inhabitant {
	who := Inhabitant{Key: m.Key, DisplayName: m.DisplayName}
	if u, found := p.dir.users[m.Key]; found {
		who.UserSID, who.FriendlyName = u.SID, u.FriendlyName
	}
	if b := m.Participant.Binding; b != nil {
		who.Channel = b.Type
		who.FriendlyName = cmp.Or(who.FriendlyName, b.Name)
	}
	return who
}

// wrote counts a message with its author.
func (p *population) wrote(ro *mapping.Roster, c mapping.Conversation, m mapping.Message) {
	s := ro.Sender(m)
	who := Inhabitant{Key: s.Key, DisplayName: s.DisplayName}
	if s.Key == mapping.Keeper {
		who.Key = mapping.PersonKey{Kind: mapping.PersonAuthor, Service: c.ServiceSID, Name: m.Author}
	}
	if u, found := p.dir.User(c.ServiceSID, mapping.Identity(m.Author)); found && s.Key.Kind == mapping.PersonFormer {
		who.UserSID, who.FriendlyName = u.SID, u.FriendlyName
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meet(who).Messages++
}
