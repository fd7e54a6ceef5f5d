package main

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// bareLoop sends what a run of work would send, with the client of the program and
// nothing else: nothing is read, mapped or remembered, and no members are looked
// after. It tells how long that took.
func bareLoop(ctx context.Context, to *server, work workload) (time.Duration, error) {
	conn, err := acsdest.ParseConnectionString(to.ConnectionString)
	if err != nil {
		return 0, err
	}
	transport, err := acsdest.TransportWithCA(to.CA)
	if err != nil {
		return 0, err
	}
	defer transport.CloseIdleConnections()
	acs, err := acsdest.NewDestination(conn, &acsdest.ClientOptions{Transport: transport})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for c := range work {
		g.Go(func() error { return bareThread(ctx, acs, c, work[c]) })
	}
	err = g.Wait()
	return time.Since(began), err
}

// bareThread sends the messages of one conversation.
func bareThread(ctx context.Context, acs *acsdest.Destination, c, messages int) error {
	user, err := acs.CreateUser(ctx, true)
	if err != nil {
		return err
	}
	thread, _, err := acs.CreateThread(ctx, user, "", mapping.NewChatThread{Topic: "bare"})
	if err != nil {
		return err
	}
	for i := range messages {
		if _, err := acs.SendMessage(ctx, user, thread.ID, mapping.NewChatMessage{
			Content: text(c, i), SenderDisplayName: who(c, i%2),
			Metadata: mapping.Metadata{
				mapping.KeyMessageSID: sid("IM", c, i), mapping.KeyMessageIndex: "1",
				mapping.KeyAuthor: who(c, i%2), mapping.KeyCreatedAt: day(i),
			},
		}); err != nil {
			return err
		}
	}
	return nil
}
