package probe

import (
	"context"
	"fmt"
	"strconv"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// listed is how many messages a list must have so that a page of 10, which has been
// recorded, is full.
const listed = 11

// lists finds out how large a page is unless a request says, what comes first, and
// how exact times are.
func (p *Probe) lists(ctx context.Context) (Answer, error) {
	thread, err := p.thread(ctx, nil) // with two messages of the system
	if err != nil {
		return Answer{}, err
	}
	p.room, p.tries = thread, triesPerRoom-listed
	var first mapping.ChatMessageID
	for i := range listed {
		id, err := p.send(ctx, mapping.NewChatMessage{Content: strconv.Itoa(i)}, mapping.TypeText)
		if err != nil {
			return Answer{}, err
		}
		if i == 0 {
			first = id
		}
	}
	edited := "edited"
	if err := p.res.Chat.UpdateMessage(ctx, p.writer, thread, first, &acsdest.UpdateMessageOptions{Content: &edited}); err != nil {
		return Answer{}, err
	}
	page, err := p.res.Chat.NewListMessagesPager(p.writer, thread, &acsdest.ListMessagesOptions{PageSize: acsdest.ServicePageSize}).NextPage(ctx)
	if err != nil {
		return Answer{}, err
	}
	return listAnswer(page, first)
}

func listAnswer(page acsdest.Page[mapping.ChatMessage], edited mapping.ChatMessageID) (Answer, error) {
	size := len(page.Items)
	if size == 0 {
		return Answer{}, &Surprise{"a list has none of the messages that were just sent", "raise --settle: a migration looks for what it has sent in lists"}
	}
	times := "in whole seconds"
	for _, m := range page.Items {
		if m.CreatedOn.Nanosecond() != 0 {
			times = "in fractions of seconds"
		}
	}
	a := Answer{
		Text:     fmt.Sprintf("a page has %d messages and more unless a request says, the latest changed first, times %s", size, times),
		Settings: []Setting{{flagPageSize, ""}},
	}
	if page.NextLink != "" {
		a.Text = fmt.Sprintf("a page has %d messages unless a request says, the latest changed first, times %s", size, times)
		a.Settings = []Setting{{flagPageSize, strconv.Itoa(size)}}
	}
	if page.Items[0].ID != edited {
		return a, &Surprise{"lists do not begin with the message that was changed last", "a migration relies on that to find its messages: raise --settle, or ask Azure Support"}
	}
	return a, nil
}
