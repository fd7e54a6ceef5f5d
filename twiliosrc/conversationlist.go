package twiliosrc

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"
	"net/url"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Conversations lists those of every service of the account that are selected,
// service after service. Conversations that are still being set up come last of
// their service, as they are then: some have vanished by that time.
func (c *Client) Conversations(ctx context.Context) iter.Seq2[mapping.Conversation, error] {
	found := c.listConversations
	switch {
	case len(c.selection.Identities) > 0:
		found = c.conversationsOfPeople
	case len(c.selection.Conversations) > 0:
		found = c.namedConversations
	}
	return c.selection.bounded(c.selection.filter(found(ctx)))
}

// listConversations reads the lists, narrowed as far as Twilio can do it.
func (c *Client) listConversations(ctx context.Context) iter.Seq2[mapping.Conversation, error] {
	return perService(ctx, c, func(service mapping.ServiceSID) iter.Seq2[mapping.Conversation, error] {
		return c.settled(ctx, list(ctx, c, listing[mapping.Conversation]{
			path:  servicePath(service, "Conversations"),
			query: c.selection.query() + pageQuery(pageSize),
			owner: conversationOf,
			read:  conversationReader(service),
		}))
	})
}

func conversationReader(service mapping.ServiceSID) func([]byte) (mapping.Conversation, error) {
	return func(text []byte) (mapping.Conversation, error) {
		v, err := decodeConversation(text)
		v.ServiceSID = cmp.Or(v.ServiceSID, service)
		return v, err
	}
}

// dateMargin keeps Twilio from leaving out what it should not, whatever its
// bounds include and however exact they are. The selection is then made here.
const dateMargin = 24 * time.Hour

// query is what Twilio can select by itself: one state, and the time of creation.
func (s Selection) query() string {
	query := ""
	if !s.Since.IsZero() {
		query += "StartDate=" + url.QueryEscape(s.Since.Add(-dateMargin).UTC().Format(time.RFC3339)) + "&"
	}
	if !s.Until.IsZero() {
		query += "EndDate=" + url.QueryEscape(s.Until.Add(dateMargin).UTC().Format(time.RFC3339)) + "&"
	}
	if len(s.States) == 1 && s.States[0] != mapping.StateInitializing {
		query += "State=" + s.States[0] + "&"
	}
	return query
}

// settled puts the conversations that are initializing behind all others and
// looks at them again.
func (c *Client) settled(ctx context.Context, conversations iter.Seq2[mapping.Conversation, error]) iter.Seq2[mapping.Conversation, error] {
	return func(yield func(mapping.Conversation, error) bool) {
		var later []mapping.Conversation
		for v, err := range conversations {
			if err == nil && v.State == mapping.StateInitializing {
				later = append(later, v)
				continue
			}
			if !yield(v, err) {
				return
			}
		}
		for _, v := range later {
			again, err := c.FetchConversation(ctx, v.ServiceSID, v.SID)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if !yield(again, err) || err != nil {
				return
			}
		}
	}
}

// namedConversations looks for each in every service. All are found before the
// first is yielded, because an unknown one is better noticed at once.
func (c *Client) namedConversations(ctx context.Context) iter.Seq2[mapping.Conversation, error] {
	return func(yield func(mapping.Conversation, error) bool) {
		services, err := collected(c.Services(ctx))
		if err != nil {
			yield(mapping.Conversation{}, wholeService(err))
			return
		}
		found := map[mapping.ConversationSID]mapping.Conversation{}
		for _, sid := range c.selection.Conversations {
			for _, s := range services {
				v, err := c.FetchConversation(ctx, s.SID, sid)
				if err == nil {
					found[sid] = v
					break
				}
				if !errors.Is(err, fs.ErrNotExist) {
					yield(v, err)
					return
				}
			}
		}
		has := func(sid mapping.ConversationSID) bool { return found[sid].SID == sid }
		if err := unknown("conversation", c.selection.Conversations, has); err != nil {
			yield(mapping.Conversation{}, err)
			return
		}
		for _, sid := range slices.Compact(slices.Sorted(slices.Values(c.selection.Conversations))) {
			if !yield(found[sid], nil) {
				return
			}
		}
	}
}

// conversationsOfPeople asks for those of each identity in every service.
func (c *Client) conversationsOfPeople(ctx context.Context) iter.Seq2[mapping.Conversation, error] {
	return func(yield func(mapping.Conversation, error) bool) {
		var all []mapping.Conversation // SID and service
		known, people := map[mapping.ConversationSID]bool{}, map[mapping.Identity]bool{}
		for s, err := range c.Services(ctx) {
			if err != nil {
				yield(mapping.Conversation{}, wholeService(err))
				return
			}
			for _, identity := range c.selection.Identities {
				for sid, err := range c.conversationsOf(ctx, s.SID, identity) {
					if err != nil {
						yield(mapping.Conversation{}, err)
						return
					}
					if people[identity] = true; !known[sid] {
						known[sid] = true
						all = append(all, mapping.Conversation{SID: sid, ServiceSID: s.SID})
					}
				}
			}
		}
		err := errors.Join(
			unknown("identity", c.selection.Identities, func(i mapping.Identity) bool { return people[i] }),
			unknown("conversation", c.selection.Conversations, func(sid mapping.ConversationSID) bool { return known[sid] }),
		)
		if err != nil {
			yield(mapping.Conversation{}, err)
			return
		}
		for _, v := range all {
			v, err := c.FetchConversation(ctx, v.ServiceSID, v.SID)
			if errors.Is(err, fs.ErrNotExist) { // deleted meanwhile
				continue
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// conversationsOf lists the SIDs of those that an identity takes part in. The
// query is built here: twilio-go's would ask for another identity where a dot
// stands before a digit.
func (c *Client) conversationsOf(ctx context.Context, service mapping.ServiceSID, identity mapping.Identity) iter.Seq2[mapping.ConversationSID, error] {
	return list(ctx, c, listing[mapping.ConversationSID]{
		path:  servicePath(service, "ParticipantConversations"),
		query: "Identity=" + url.QueryEscape(string(identity)) + "&" + pageQuery(peoplePageSize),
		key:   "participant_sid",
		owner: of(""),
		read: func(text []byte) (mapping.ConversationSID, error) {
			var p struct {
				Conversation mapping.ConversationSID `json:"conversation_sid"`
			}
			err := json.Unmarshal(text, &p)
			return p.Conversation, errors.Join(err, checkSID(prefixConversation, "conversation_sid", p.Conversation))
		},
	})
}

// collected reads a short list to its end.
func collected[T any](items iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range items {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
