package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// realUsers write, edit and delete messages of their own in threads that are
// being migrated. They are whoever the proxy has seen sending.
type realUsers struct {
	t      *testing.T
	proxy  *cuttingProxy
	random *rand.Rand
	quit   context.CancelFunc
	done   chan struct{}

	mu    sync.Mutex
	seats []seat
	texts map[string]string // what stands, by the path of the message
	n     int
}

// seat is a place in a thread from which somebody can write.
type seat struct{ path, token string }

func newRealUsers(t *testing.T, p *cuttingProxy, seed uint64) *realUsers {
	ctx, cancel := context.WithCancel(context.Background())
	u := &realUsers{t: t, proxy: p, random: rand.New(rand.NewPCG(seed, 2)), quit: cancel, done: make(chan struct{}), texts: map[string]string{}}
	p.sent = func(path, token string) {
		u.mu.Lock()
		defer u.mu.Unlock()
		if s := (seat{path, token}); !slices.Contains(u.seats, s) {
			u.seats = append(u.seats, s)
		}
	}
	go u.live(ctx)
	t.Cleanup(cancel)
	return u
}

// live does something now and then.
func (u *realUsers) live(ctx context.Context) {
	defer close(u.done)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		u.mu.Lock()
		if len(u.seats) > 0 {
			u.act(u.seats[u.random.IntN(len(u.seats))])
		}
		u.mu.Unlock()
	}
}

// act writes a message, and then edits or deletes it, or neither.
func (u *realUsers) act(s seat) {
	path, query := cutQuery(s.path)
	text := fmt.Sprintf("of a user: %d", u.n)
	status, header := u.call(http.MethodPost, s.path, s.token, text)
	if status != http.StatusCreated {
		return // whoever it was is no member any more
	}
	u.n++
	var sent struct{ ID string }
	if json.Unmarshal(header, &sent) != nil || sent.ID == "" {
		return
	}
	message := path + "/" + sent.ID + query
	u.texts[message] = text
	switch u.random.IntN(4) {
	case 0:
		if status, _ := u.call(http.MethodPatch, message, s.token, text+", edited"); status == http.StatusNoContent {
			u.texts[message] = text + ", edited"
		}
	case 1:
		if status, _ := u.call(http.MethodDelete, message, s.token, ""); status == http.StatusNoContent {
			delete(u.texts, message)
		}
	}
}

func cutQuery(path string) (string, string) {
	for i := range path {
		if path[i] == '?' {
			return path[:i], path[i:]
		}
	}
	return path, ""
}

// call goes past the proxy: people have connections of their own.
func (u *realUsers) call(method, path, token, text string) (int, []byte) {
	body, _ := json.Marshal(map[string]string{"content": text})
	r, err := http.NewRequest(method, u.proxy.backend+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	r.Header.Set("Authorization", token)
	r.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		r.Header.Set("Content-Type", "application/merge-patch+json")
	}
	answer, err := u.proxy.client.Do(r)
	if err != nil {
		return 0, nil
	}
	defer answer.Body.Close()
	content, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, content
}

// stop ends it.
func (u *realUsers) stop() { u.quit(); <-u.done }

func (u *realUsers) sent() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.n
}

// standing are the texts that must stand in the threads, sorted.
func (u *realUsers) standing() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	var all []string
	for _, text := range u.texts {
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}
