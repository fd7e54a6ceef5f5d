package migrate

import (
	"context"
	"fmt"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// readBack compares the thread with what was written, as soon as all of it can be
// seen.
func (c *canary) readBack(ctx context.Context) error {
	const longestPause = 5 * time.Second
	deadline := time.Now().Add(c.opts.Settle)
	for pause := firstDelay; ; pause = min(2*pause, longestPause) {
		got, err := c.read(ctx)
		if err != nil {
			return fmt.Errorf("read it back: %w", err)
		}
		if missing := c.missing(got); missing == 0 || !time.Now().Before(deadline) {
			c.compare(got)
			return nil
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// canaryThread is the canary as ACS shows it.
type canaryThread struct {
	properties mapping.ChatThread
	members    map[mapping.CommunicationUserID]mapping.ChatParticipant
	messages   map[mapping.ChatMessageID]mapping.ChatMessage
}

func (c *canary) read(ctx context.Context) (got canaryThread, err error) {
	err = c.patience.do(ctx, func(ctx context.Context) (err error) {
		got.members = make(map[mapping.CommunicationUserID]mapping.ChatParticipant)
		got.messages = make(map[mapping.ChatMessageID]mapping.ChatMessage)
		if got.properties, err = c.FetchThread(ctx, c.users[0], c.thread); err != nil {
			return err
		}
		for p, err := range c.ListParticipants(ctx, c.users[0], c.thread) {
			if err != nil {
				return err
			}
			got.members[p.User] = p
		}
		for m, err := range c.ListMessages(ctx, c.users[0], c.thread, time.Time{}) {
			if err != nil {
				return err
			}
			got.messages[m.ID] = m
		}
		return nil
	})
	return got, err
}

// missing counts what cannot be seen yet.
func (c *canary) missing(got canaryThread) int {
	n := 0
	for _, user := range c.users {
		if _, ok := got.members[user]; !ok {
			n++
		}
	}
	for _, id := range c.sent {
		if _, ok := got.messages[id]; !ok && id != "" {
			n++
		}
	}
	return n
}

// compare finds what did not come back as it was written.
func (c *canary) compare(got canaryThread) {
	want := c.want.Thread
	c.same("the topic", want.Topic, got.properties.Topic)
	c.sameMetadata("the thread", want.Metadata, got.properties.Metadata)
	if kept := got.properties.Retention(); kept != want.Retention() {
		c.find("how long the thread is kept", want.Retention(), kept,
			"a thread that deletes itself takes its history along: see to the resource's default retention policy in Azure")
	}
	for i, m := range c.want.Members {
		c.compareMember(fmt.Sprintf("member %d", i+1), m, got.members)
	}
	if extra := len(got.members) - len(c.users); extra > 0 {
		c.find("the members", fmt.Sprint(len(c.users)), fmt.Sprint(len(got.members)), "")
	}
	for i, id := range c.sent {
		if id != "" {
			c.compareMessage(c.want.Messages[i], id, got.messages)
		}
	}
}

func (c *canary) compareMember(what string, want mapping.ChatParticipant, among map[mapping.CommunicationUserID]mapping.ChatParticipant) {
	got, ok := among[want.User]
	if !ok {
		c.find(what, "in the list of members", c.unseen(), "")
		return
	}
	c.same("the display name of "+what, want.DisplayName, got.DisplayName)
	c.sameMetadata(what, want.Metadata, got.Metadata)
}

func (c *canary) compareMessage(want mapping.CanaryMessage, id mapping.ChatMessageID, among map[mapping.ChatMessageID]mapping.ChatMessage) {
	got, ok := among[id]
	switch {
	case !ok:
		c.find(want.Name, "in the list of messages", c.unseen(),
			"a message that shows so late would be taken for lost and sent again: name a longer time with --settle")
		return
	case got.Sender != c.users[0]:
		c.find("the sender of "+want.Name, "who sent it", string(got.Sender), "")
	case got.Type != mapping.TypeText:
		c.find("the type of "+want.Name, mapping.TypeText, got.Type, "")
	}
	if got.Digest() == want.Digest() {
		return
	}
	c.same("the content of "+want.Name, want.Content, got.Content)
	c.same("the sender's display name of "+want.Name, want.SenderDisplayName, got.SenderDisplayName)
	c.sameMetadata(want.Name, want.Metadata, got.Metadata)
}

func (c *canary) unseen() string { return fmt.Sprintf("not there after %s", c.opts.Settle) }
