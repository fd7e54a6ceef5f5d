package probe

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// noLife is the life of a key that is not remembered at all.
const noLife = time.Millisecond

// creationKey finds out whether the key of a creation that is repeated at once gives
// the same thread.
func (p *Probe) creationKey(ctx context.Context) (Answer, error) {
	key, since := uuid.NewString(), time.Now()
	thread, err := p.threadWith(ctx, key, nil)
	if err != nil {
		return Answer{}, err
	}
	p.key, p.keyed, p.since = key, thread, since
	again, err := p.threadWith(ctx, key, nil)
	switch {
	case err != nil:
		return Answer{}, err
	case again != thread:
		p.key = ""
		return Answer{Settings: []Setting{{flagKeyLife, noLife.String()}}}, &Surprise{
			What:   "the same key gave another thread: keys are not honoured",
			Remedy: "nothing is created twice as long as --key-life says so: threads are then looked for by their metadata",
		}
	}
	return Answer{Text: "the same key gives the same thread"}, nil
}

// usualKeyLife is how long a migration trusts a key unless --key-life says.
const usualKeyLife = 5 * time.Minute

// keyLifetime finds out whether a key is remembered until now, or as long as the
// options ask for.
func (p *Probe) keyLifetime(ctx context.Context) (Answer, error) {
	if p.key == "" {
		return Answer{Text: "none, see above"}, nil
	}
	select {
	case <-ctx.Done():
		return Answer{}, ctx.Err()
	case <-time.After(p.opts.KeyAge - time.Since(p.since)):
	}
	again, err := p.threadWith(ctx, p.key, nil)
	if err != nil {
		return Answer{}, err
	}
	age := time.Since(p.since).Truncate(time.Second)
	switch {
	case again != p.keyed:
		return Answer{Settings: []Setting{{flagKeyLife, noLife.String()}}}, &Surprise{
			What:   fmt.Sprintf("a key that is %s old is forgotten", age),
			Remedy: "nothing is created twice as long as --key-life says so: threads are then looked for by their metadata",
		}
	case age > usualKeyLife:
		return Answer{Text: fmt.Sprintf("%s and more", age), Settings: []Setting{{flagKeyLife, age.String()}}}, nil
	}
	return Answer{Text: fmt.Sprintf("%s and more; --probe-key-age 10m would tell whether it is as much as that", age), Settings: []Setting{{flagKeyLife, ""}}}, nil
}
