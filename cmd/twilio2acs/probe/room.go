package probe

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/google/uuid"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// The statuses that say something.
const (
	unauthorized    = 401
	forbidden       = 403
	notFound        = 404
	tooManyRequests = 429
)

// triesPerRoom is how many messages are tried in one thread: ACS takes 10 in 10 s
// (acsdest/limits), and in the next thread nobody has to wait.
const triesPerRoom = 8

// thread creates a thread that will be deleted.
func (p *Probe) thread(ctx context.Context, metadata mapping.Metadata) (mapping.ThreadID, error) {
	return p.threadWith(ctx, uuid.NewString(), metadata)
}

func (p *Probe) threadWith(ctx context.Context, key string, metadata mapping.Metadata) (mapping.ThreadID, error) {
	made, _, err := p.res.Chat.CreateThread(ctx, p.writer, mapping.NewChatThread{Topic: topic, Metadata: metadata},
		&acsdest.CreateThreadOptions{RepeatabilityRequestID: key})
	if err != nil {
		return "", err
	}
	if made.ID == p.keyed {
		return made.ID, nil // noted before
	}
	return made.ID, p.left.add(leftover{Thread: made.ID, As: p.writer})
}

// send sends a message where there is room for it.
func (p *Probe) send(ctx context.Context, m mapping.NewChatMessage, kind string) (mapping.ChatMessageID, error) {
	if p.room == "" || p.tries >= triesPerRoom {
		room, err := p.thread(ctx, nil)
		if err != nil {
			return "", err
		}
		p.room, p.tries = room, 0
	}
	p.tries++
	id, err := p.res.Chat.SendMessage(ctx, p.writer, p.room, m, &acsdest.SendMessageOptions{Type: kind})
	if err == nil {
		p.sent++
	}
	return id, err
}

// kept sends a message and reports whether ACS keeps all of it. Where it refuses the
// message for what it is, refusal says how.
func (p *Probe) kept(ctx context.Context, m mapping.NewChatMessage) (kept bool, refusal *acsdest.Error, err error) {
	got, refusal, err := p.sendAndRead(ctx, m, mapping.TypeText)
	if err != nil || refusal != nil {
		return false, refusal, err
	}
	return got.Content == m.Content && got.SenderDisplayName == m.SenderDisplayName && maps.Equal(got.Metadata, m.Metadata), nil, nil
}

// sendAndRead is what became of a message, or how ACS refuses it for what it is.
func (p *Probe) sendAndRead(ctx context.Context, m mapping.NewChatMessage, kind string) (mapping.ChatMessage, *acsdest.Error, error) {
	id, err := p.send(ctx, m, kind)
	if refusal := refusalOf(err); refusal != nil {
		return mapping.ChatMessage{}, refusal, nil
	}
	if err != nil {
		return mapping.ChatMessage{}, nil, err
	}
	got, err := p.res.Chat.FetchMessage(ctx, p.writer, p.room, id)
	return got, nil, err
}

// refusalOf is err as far as it is about what was sent, and about nothing else.
func refusalOf(err error) *acsdest.Error {
	var answered *acsdest.Error
	if !errors.As(err, &answered) || answered.Outcome != acsdest.OutcomeNotDone {
		return nil
	}
	switch answered.Status {
	case 0, unauthorized, forbidden, notFound, tooManyRequests:
		return nil
	}
	return answered
}

// statusOf is the status of the answer that err is, 200 for none, and an error where
// there was no answer, or one that says nothing of the call.
func statusOf(err error) (int, error) {
	var answered *acsdest.Error
	switch {
	case err == nil:
		return 200, nil
	case errors.As(err, &answered) && answered.NotDone() && answered.Status != 0 && answered.Status != tooManyRequests:
		return answered.Status, nil
	}
	return 0, err
}

// largest searches for the largest size up to most that is kept, in steps. That 0 is
// kept is taken for granted. Refusal is how one step more was refused; nil where it
// was taken and not kept, or nothing was refused.
func largest(most, step int, kept func(int) (bool, *acsdest.Error, error)) (size int, refusal *acsdest.Error, err error) {
	ok, refusal, err := kept(most)
	if ok || err != nil {
		return most, nil, err
	}
	good, bad := 0, (most+step-1)/step
	for bad-good > 1 {
		middle := (good + bad) / 2
		ok, refused, err := kept(middle * step)
		switch {
		case err != nil:
			return 0, nil, err
		case ok:
			good = middle
		default:
			bad, refusal = middle, refused
		}
	}
	return good * step, refusal, nil
}

// refusedWith says how something too large is dealt with.
func refusedWith(refusal *acsdest.Error) string {
	if refusal == nil {
		return "more is cut without a word"
	}
	text := fmt.Sprintf("more is refused with %d", refusal.Status)
	if refusal.Code != "" {
		text += " " + refusal.Code
	}
	return text
}
