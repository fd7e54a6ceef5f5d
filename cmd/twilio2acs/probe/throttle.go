package probe

import (
	"context"
	"errors"
	"fmt"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// haste is how many notices of typing are sent in a row: ACS takes 5 in 10 s from one
// user in one thread (acsdest/limits). They cost nothing, and nobody sees them.
const haste = 12

// rateLimit finds out what happens above a rate limit.
func (p *Probe) rateLimit(ctx context.Context) (Answer, error) {
	thread, err := p.thread(ctx, nil)
	if err != nil {
		return Answer{}, err
	}
	for n := range haste {
		err := p.res.Hasty.SendTyping(ctx, p.writer, thread, nil)
		if err == nil {
			continue
		}
		var answered *acsdest.Error
		if !errors.As(err, &answered) || answered.Status < 400 {
			return Answer{}, err
		}
		return throttled(n, answered)
	}
	return Answer{Text: fmt.Sprintf("%d calls in a row were taken where 5 are published", haste), Settings: []Setting{{flagRetryAfter, ""}}}, nil
}

// throttled is the answer where the call after n others was refused.
func throttled(n int, refusal *acsdest.Error) (Answer, error) {
	said, value := "without a word on how long to wait", "false"
	if wait := refusal.RetryAfter(); wait > 0 {
		said, value = fmt.Sprintf("with Retry-After %s", wait), "true"
	}
	a := Answer{
		Text:     fmt.Sprintf("call %d in a row was refused with %d, %s", n+1, refusal.Status, said),
		Settings: []Setting{{flagRetryAfter, value}},
	}
	if refusal.Status != tooManyRequests {
		return a, &Surprise{
			What:   fmt.Sprintf("a call above the rate limit is refused with %d, not 429", refusal.Status),
			Remedy: "keep well within the limits with --rate 0.5: such an answer is not taken for a matter of time",
		}
	}
	return a, nil
}
