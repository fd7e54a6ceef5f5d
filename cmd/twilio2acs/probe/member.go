package probe

import (
	"context"
	"fmt"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// strangers finds out what those are told of a thread who never were in it.
func (p *Probe) strangers(ctx context.Context) (Answer, error) {
	thread, err := p.thread(ctx, nil)
	if err != nil {
		return Answer{}, err
	}
	_, err = p.res.Chat.FetchThread(ctx, p.guest, thread)
	status, err := statusOf(err)
	if err != nil {
		return Answer{}, err
	}
	if status == 200 {
		return Answer{}, &Surprise{"somebody who never was in a thread may read it", "look who has tokens of your resource"}
	}
	return Answer{Text: fmt.Sprintf("are answered with %d", status), Settings: []Setting{{flagForeignThread, hiding(status)}}}, nil
}

// hiding is a status as far as the embedded ACS has it.
func hiding(status int) string {
	if status != forbidden && status != notFound {
		return ""
	}
	return strconv.Itoa(status)
}

// formerMembers finds out what those are told who have left.
func (p *Probe) formerMembers(ctx context.Context) (Answer, error) {
	chat := p.res.Chat
	thread, err := p.thread(ctx, nil)
	if err != nil {
		return Answer{}, err
	}
	if _, err := chat.AddParticipants(ctx, p.writer, thread, []mapping.ChatParticipant{{User: p.guest}}, nil); err != nil {
		return Answer{}, err
	}
	if err := chat.RemoveParticipant(ctx, p.writer, thread, p.guest); err != nil {
		return Answer{}, err
	}
	_, err = chat.SendMessage(ctx, p.guest, thread, mapping.NewChatMessage{Content: "from outside"}, nil)
	writing, err := statusOf(err)
	if err != nil {
		return Answer{}, err
	}
	if writing == 200 {
		p.sent++
		return Answer{}, &Surprise{"somebody who was removed from a thread may write in it", "a migration relies on the opposite, for authors who have left: ask Azure Support"}
	}
	_, err = chat.FetchThread(ctx, p.guest, thread)
	reading, err := statusOf(err)
	if err != nil {
		return Answer{}, err
	}
	return Answer{
		Text:     fmt.Sprintf("are answered with %d when they write, with %d when they read", writing, reading),
		Settings: []Setting{{flagFormerMember, hiding(writing)}},
	}, nil
}
