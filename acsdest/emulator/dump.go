package emulator

import (
	"cmp"
	"encoding/json"
	"slices"
)

// A DumpedThread is what a thread holds, without anything that differs between
// two directories that hold the same: no ID and no time. Marshalled as JSON it is
// a canonical form.
type DumpedThread struct {
	Topic    string            `json:"topic"`
	Metadata map[string]string `json:"metadata,omitempty"`
	Members  []DumpedMember    `json:"members"`
	Messages []DumpedMessage   `json:"messages"` // without system messages, in the order of arrival
}

// A DumpedMember is a member of a thread.
type DumpedMember struct {
	User     string            `json:"user,omitempty"` // as named by the caller of Dump
	Name     string            `json:"displayName,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
	// Read is the place, from 1, of the last message the member has read; 0 is none.
	Read int `json:"read,omitempty"`
}

// A DumpedMessage is a message of a user.
type DumpedMessage struct {
	Sender     string            `json:"sender,omitempty"` // as named by the caller of Dump
	SenderName string            `json:"senderDisplayName,omitempty"`
	Type       string            `json:"type"`
	Content    string            `json:"content"`
	Metadata   map[string]string `json:"metadata,omitempty"`
	Deleted    bool              `json:"deleted,omitempty"`
}

// Dump is every thread that is not deleted, in an order that depends on what
// they hold. name turns the ID of a user into a name that means the same in the
// other directory; with a nil name users stay unnamed. A thread is held in
// memory whole: it is meant for comparisons in tests.
func (s *Server) Dump(name func(user string) string) ([]DumpedThread, error) {
	d := dumper{name: name}
	if name == nil {
		d.name = func(string) string { return "" }
	}
	err := s.state.read(func(t tx) error {
		return eachWithPrefix(t.bucket(bucketThreads), nil, func(key, value []byte) error {
			n := threadNum(lastUint64(key))
			if t.head(n).endedAt() > 0 {
				return nil
			}
			v, err := decode[thread](value)
			if err != nil {
				return err
			}
			return d.add(t, n, v)
		})
	})
	slices.SortFunc(d.dumped, func(a, b sortable) int { return cmp.Compare(a.key, b.key) })
	out := make([]DumpedThread, len(d.dumped))
	for i, th := range d.dumped {
		out[i] = th.DumpedThread
	}
	return out, err
}

// dumper gathers threads.
type dumper struct {
	name   func(string) string
	dumped []sortable
}

// sortable is a thread with its canonical form.
type sortable struct {
	DumpedThread
	key string
}

func (d *dumper) add(t tx, n threadNum, v thread) error {
	out := DumpedThread{Topic: v.Topic, Metadata: v.Metadata, Members: []DumpedMember{}, Messages: []DumpedMessage{}}
	messages, err := t.history(n)
	if err != nil {
		return err
	}
	places := make(map[millis]int, len(messages))
	for i, m := range messages {
		places[m.ID] = i + 1
		out.Messages = append(out.Messages, DumpedMessage{
			Sender: d.name(string(m.Sender)), SenderName: m.SenderName, Type: m.Type,
			Content: m.Content, Metadata: m.Metadata, Deleted: m.Deleted > 0,
		})
	}
	members, err := t.members(n)
	if err != nil {
		return err
	}
	for _, p := range members {
		read, _, err := load[receipt](t.bucket(bucketReceipts), n.keyOf(p.user))
		if err != nil {
			return err
		}
		out.Members = append(out.Members, DumpedMember{
			User: d.name(string(p.user)), Name: p.Name, Metadata: p.Metadata, Read: places[read.Message],
		})
	}
	slices.SortFunc(out.Members, func(a, b DumpedMember) int {
		return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Name, b.Name), cmp.Compare(canonical(a), canonical(b)))
	})
	d.dumped = append(d.dumped, sortable{out, canonical(out)})
	return nil
}

// history is the messages of users in a thread, in the order of their arrival.
func (t tx) history(n threadNum) ([]message, error) {
	var all []message
	dead := make(graves)
	err := eachWithPrefix(t.bucket(bucketMessages), n.key(), func(rest, value []byte) error {
		m, err := decodeMessage(rest, value)
		if err != nil || m.isSystem() {
			return err
		}
		all = append(all, m)
		return dead.bury(t, &all[len(all)-1])
	})
	slices.SortFunc(all, func(a, b message) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}

func canonical(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and maps of strings only
	}
	return string(data)
}
