package emulator

import "sync"

// maxTokens is how many tokens a tokenCache keeps before it starts afresh.
const maxTokens = 4096

// A tokenCache remembers tokens that were found to be good, since a sender uses
// the same one for hours. It forgets all of them when any identity loses its
// tokens. The zero value is ready to use.
type tokenCache struct {
	mu    sync.RWMutex
	epoch int // counts how often everything was forgotten
	known map[string]claims
}

// find is what a token says, if it is known, and the epoch to keep it in if not.
func (tc *tokenCache) find(token string) (said claims, epoch int, known bool) {
	tc.mu.RLock()
	defer tc.mu.RUnlock()
	said, known = tc.known[token]
	return said, tc.epoch, known
}

// keep remembers a token, unless what made it good may have changed since epoch.
func (tc *tokenCache) keep(token string, said claims, epoch int) {
	tc.mu.Lock()
	defer tc.mu.Unlock()
	if epoch != tc.epoch {
		return
	}
	if tc.known == nil || len(tc.known) >= maxTokens {
		tc.known = make(map[string]claims)
	}
	tc.known[token] = said
}

// forget drops all tokens.
func (tc *tokenCache) forget() {
	tc.mu.Lock()
	defer tc.mu.Unlock()
	tc.epoch++
	tc.known = nil
}
