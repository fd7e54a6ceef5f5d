package migrate_test

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// modelACS is an ACS resource in memory. Its errors say of every call what
// became of it. What is late is carried out beside the calls that follow.
type modelACS struct {
	history *history // nil: everything goes well
	kill    context.CancelFunc
	dead    atomic.Bool // the process has died
	writes  int
	delay   time.Duration

	mu      sync.Mutex // of what stands below, and in threads
	users   int
	threads []*modelThread
	clock   int64 // of the last message
}

type modelThread struct {
	mapping.ChatThread
	key     string
	keyed   time.Time
	members map[mapping.CommunicationUserID]mapping.ChatParticipant
	posts   []*modelPost
	read    map[mapping.CommunicationUserID]mapping.ChatMessageID
}

type modelPost struct {
	mapping.ChatMessage
	visible time.Time
	version int64
}

// modelError is a Refusal.
type modelError struct {
	status  int
	notDone bool
}

func (e *modelError) Error() string             { return fmt.Sprintf("status %d", e.status) }
func (e *modelError) NotDone() bool             { return e.notDone }
func (e *modelError) StatusCode() int           { return e.status }
func (e *modelError) RetryAfter() time.Duration { return 0 }

func newModelACS(delay time.Duration) *modelACS { return &modelACS{delay: delay} }

// begin begins the next process.
func (a *modelACS) begin(kill context.CancelFunc) {
	a.kill = kill
	a.dead.Store(false)
}

func (a *modelACS) die() error {
	a.dead.Store(true)
	a.kill()
	return errCrash
}

// write is one call that changes something. What it carries out is told when a
// message that it adds may be seen.
func (a *modelACS) write(call string, change func(visible time.Time) error) error {
	const latency = 7 * time.Millisecond
	carryOut := func(visible time.Time) error {
		a.mu.Lock()
		defer a.mu.Unlock()
		return change(visible)
	}
	time.Sleep(latency)
	if a.dead.Load() {
		return errCrash
	}
	a.writes++
	choice := fine
	if a.history != nil {
		choice = a.history.next(call)
	}
	now := time.Now()
	afterwards := func() {
		time.AfterFunc(a.delay, func() { _ = carryOut(time.Now()) }) // nobody hears of its errors
	}
	switch choice {
	case throttled:
		return &modelError{429, true}
	case lost:
		return &modelError{0, false}
	case unanswered:
		_ = carryOut(now)
		return &modelError{503, false}
	case late:
		afterwards()
		return &modelError{0, false}
	case unseen:
		return carryOut(now.Add(a.delay))
	case crashed:
		return a.die()
	case orphaned:
		_ = carryOut(now)
		return a.die()
	case belated:
		afterwards()
		return a.die()
	}
	return carryOut(now)
}

func (a *modelACS) alive() error {
	if a.dead.Load() {
		return errCrash
	}
	return nil
}

func (a *modelACS) thread(id mapping.ThreadID) *modelThread {
	for _, t := range a.threads {
		if t.ID == id {
			return t
		}
	}
	return nil
}

var (
	errModelAbsent    = &modelError{404, true}
	errModelForbidden = &modelError{403, true}
)

func (a *modelACS) CreateUser(context.Context, bool) (mapping.CommunicationUserID, error) {
	var id mapping.CommunicationUserID
	err := a.write("create user", func(time.Time) error {
		a.users++
		id = mapping.CommunicationUserID(fmt.Sprintf("8:acs:%d", a.users))
		return nil
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

func (a *modelACS) DeleteUser(context.Context, mapping.CommunicationUserID) error {
	return errModelForbidden // no run deletes anybody
}

func (a *modelACS) CreateThread(_ context.Context, as mapping.CommunicationUserID, key string, n mapping.NewChatThread) (mapping.ChatThread, []mapping.InvalidParticipant, error) {
	var out mapping.ChatThread
	err := a.write("create thread", func(time.Time) error {
		const keyLifetime = 5 * time.Minute
		for _, t := range a.threads {
			if t.key == key && time.Since(t.keyed) < keyLifetime {
				out = t.show()
				return nil
			}
		}
		t := &modelThread{
			ChatThread: mapping.ChatThread{ID: mapping.ThreadID(fmt.Sprintf("19:%d", len(a.threads)+1)), Topic: n.Topic, Metadata: maps.Clone(n.Metadata), CreatedBy: as},
			key:        key, keyed: time.Now(),
			members: map[mapping.CommunicationUserID]mapping.ChatParticipant{as: {User: as}},
			read:    map[mapping.CommunicationUserID]mapping.ChatMessageID{},
		}
		for _, p := range n.Participants {
			t.members[p.User] = p
		}
		a.threads = append(a.threads, t)
		out = t.show()
		return nil
	})
	if err != nil {
		return mapping.ChatThread{}, nil, err
	}
	return out, nil, nil
}

// in makes a change in a thread by one of its members.
func (a *modelACS) in(call string, as mapping.CommunicationUserID, id mapping.ThreadID, change func(*modelThread, time.Time) error) error {
	return a.write(call, func(visible time.Time) error {
		t := a.thread(id)
		switch _, member := t.members[as]; {
		case !t.DeletedOn.IsZero():
			return errModelAbsent
		case !member:
			return errModelForbidden
		}
		return change(t, visible)
	})
}

func (a *modelACS) AddParticipants(_ context.Context, as mapping.CommunicationUserID, id mapping.ThreadID, members []mapping.ChatParticipant) ([]mapping.InvalidParticipant, error) {
	return nil, a.in("add participants", as, id, func(t *modelThread, _ time.Time) error {
		for _, p := range members {
			if _, ok := t.members[p.User]; !ok {
				t.members[p.User] = p
			}
		}
		return nil
	})
}

func (a *modelACS) RemoveParticipant(_ context.Context, as mapping.CommunicationUserID, id mapping.ThreadID, member mapping.CommunicationUserID) error {
	return a.in("remove participant", as, id, func(t *modelThread, _ time.Time) error {
		delete(t.members, member)
		return nil
	})
}

func (a *modelACS) AdmitMessage(ctx context.Context, _ mapping.CommunicationUserID, _ mapping.ThreadID, _ time.Time, then func(context.Context, func(), error)) {
	then(ctx, func() {}, nil)
}

func (a *modelACS) SendMessage(_ context.Context, as mapping.CommunicationUserID, id mapping.ThreadID, n mapping.NewChatMessage) (mapping.ChatMessageID, error) {
	var out mapping.ChatMessageID
	err := a.in("send message", as, id, func(t *modelThread, visible time.Time) error {
		a.clock = max(a.clock+1, time.Now().UnixMilli())
		out = mapping.ChatMessageID(strconv.FormatInt(a.clock, 10))
		t.posts = append(t.posts, &modelPost{visible: visible, version: a.clock, ChatMessage: mapping.ChatMessage{
			ID: out, Type: mapping.TypeText, Content: n.Content, SenderDisplayName: n.SenderDisplayName, Sender: as, Metadata: maps.Clone(n.Metadata),
		}})
		return nil
	})
	if err != nil {
		return "", err
	}
	return out, nil
}

// change makes a change to a message by its sender.
func (a *modelACS) change(call string, as mapping.CommunicationUserID, id mapping.ThreadID, message mapping.ChatMessageID, do func(*modelPost)) error {
	return a.in(call, as, id, func(t *modelThread, _ time.Time) error {
		for _, p := range t.posts {
			if p.ID == message && p.Sender == as {
				a.clock = max(a.clock+1, time.Now().UnixMilli())
				p.version = a.clock
				do(p)
				return nil
			}
		}
		return errModelAbsent
	})
}

func (a *modelACS) UpdateMessage(_ context.Context, as mapping.CommunicationUserID, id mapping.ThreadID, message mapping.ChatMessageID, u mapping.MessageUpdate) error {
	return a.change("update message", as, id, message, func(p *modelPost) {
		p.EditedOn = time.Now()
		if u.Content != nil {
			p.Content = *u.Content
		}
		mergeModel(p.Metadata, u.Metadata)
	})
}

func (a *modelACS) DeleteMessage(_ context.Context, as mapping.CommunicationUserID, id mapping.ThreadID, message mapping.ChatMessageID) error {
	return a.change("delete message", as, id, message, func(p *modelPost) {
		p.DeletedOn, p.EditedOn, p.Content, p.Metadata = time.Now(), time.Time{}, "", nil
	})
}

func (a *modelACS) UpdateThread(_ context.Context, as mapping.CommunicationUserID, id mapping.ThreadID, u mapping.ThreadUpdate) error {
	return a.in("update thread", as, id, func(t *modelThread, _ time.Time) error {
		if u.Topic != nil {
			t.Topic = *u.Topic
		}
		mergeModel(t.Metadata, u.Metadata)
		return nil
	})
}

func mergeModel(md, update mapping.Metadata) {
	for k, v := range update {
		if v == "" {
			delete(md, k)
		} else {
			md[k] = v
		}
	}
}

func (a *modelACS) DeleteThread(_ context.Context, as mapping.CommunicationUserID, id mapping.ThreadID) error {
	return a.in("delete thread", as, id, func(t *modelThread, _ time.Time) error {
		t.DeletedOn = time.Now()
		return nil
	})
}

func (a *modelACS) SendReadReceipt(_ context.Context, as mapping.CommunicationUserID, id mapping.ThreadID, message mapping.ChatMessageID) error {
	return a.in("send read receipt", as, id, func(t *modelThread, _ time.Time) error {
		t.read[as] = message
		return nil
	})
}

func (a *modelACS) FetchThread(_ context.Context, _ mapping.CommunicationUserID, id mapping.ThreadID) (mapping.ChatThread, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.thread(id).show(), a.alive()
}

// show is the thread as it stands now.
func (t *modelThread) show() mapping.ChatThread {
	out := t.ChatThread
	out.Metadata = maps.Clone(out.Metadata)
	return out
}

func (a *modelACS) ListThreads(_ context.Context, as mapping.CommunicationUserID, _ time.Time) iter.Seq2[mapping.ChatThread, error] {
	a.mu.Lock()
	defer a.mu.Unlock()
	var mine []mapping.ChatThread
	for _, t := range a.threads {
		if _, ok := t.members[as]; ok {
			mine = append(mine, mapping.ChatThread{ID: t.ID, Topic: t.Topic, DeletedOn: t.DeletedOn})
		}
	}
	return listedModel(a, mine)
}

func (a *modelACS) ListParticipants(_ context.Context, _ mapping.CommunicationUserID, id mapping.ThreadID) iter.Seq2[mapping.ChatParticipant, error] {
	a.mu.Lock()
	defer a.mu.Unlock()
	return listedModel(a, slices.Collect(maps.Values(a.thread(id).members)))
}

func (a *modelACS) ListMessages(_ context.Context, _ mapping.CommunicationUserID, id mapping.ThreadID, _ time.Time) iter.Seq2[mapping.ChatMessage, error] {
	a.mu.Lock()
	defer a.mu.Unlock()
	var seen []*modelPost
	for _, p := range a.thread(id).posts {
		if !p.visible.After(time.Now()) {
			seen = append(seen, p)
		}
	}
	slices.SortFunc(seen, func(a, b *modelPost) int { return cmp.Compare(b.version, a.version) })
	out := make([]mapping.ChatMessage, len(seen))
	for i, p := range seen {
		out[i] = p.read()
	}
	return listedModel(a, out)
}

func (p *modelPost) read() mapping.ChatMessage {
	m := p.ChatMessage
	m.Version, m.Metadata = strconv.FormatInt(p.version, 10), maps.Clone(p.Metadata)
	return m
}

func (a *modelACS) FetchMessage(_ context.Context, _ mapping.CommunicationUserID, id mapping.ThreadID, message mapping.ChatMessageID) (mapping.ChatMessage, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.thread(id).posts {
		if p.ID == message {
			return p.read(), a.alive()
		}
	}
	return mapping.ChatMessage{}, errModelAbsent
}

func (a *modelACS) ListReadReceipts(_ context.Context, _ mapping.CommunicationUserID, id mapping.ThreadID) iter.Seq2[mapping.ReadReceipt, error] {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []mapping.ReadReceipt
	for user, message := range a.thread(id).read {
		all = append(all, mapping.ReadReceipt{User: user, Message: message})
	}
	return listedModel(a, all)
}

// listedModel lists items as long as the process lives.
func listedModel[T any](a *modelACS, items []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		time.Sleep(time.Millisecond)
		if a.dead.Load() {
			var zero T
			yield(zero, errCrash)
			return
		}
		each(items)(yield)
	}
}
