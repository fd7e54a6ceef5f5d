package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/doctor"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// snapshot looks at a recorded source.
func (e *examination) snapshot(ctx context.Context) (string, error) {
	src, err := e.o.source.open(ctx, e.o.log.logger(e.s))
	if err != nil {
		return "", err
	}
	e.closers = append(e.closers, func() error { return closeSource(src) })
	account, region := src.Account()
	return fmt.Sprintf("%s: account %s, region %s", e.o.source.source, account, region), nil
}

// account looks whether Twilio can be reached and accepts the credentials.
func (e *examination) account(ctx context.Context) (string, error) {
	e.twilio = doctor.NewEar(twiliosrc.NewTransport(0).RoundTrip)
	client, err := e.o.source.client(twiliosrc.ClientOptions{Logger: e.o.log.logger(e.s), Transport: e.twilio})
	if err != nil {
		return "", err
	}
	e.closers = append(e.closers, client.Close)
	var services int64
	for _, err := range client.Services(ctx) {
		if err != nil {
			return "", err
		}
		services++
	}
	rest, _ := client.Hosts()
	account, region := client.Account()
	return fmt.Sprintf("%s accepts the credentials of %s, region %s: %s", rest, account, region, plural(services, "service", "services")), nil
}

// mcs looks whether the host of Twilio's files answers. What it answers to a
// question without credentials does not matter.
func (e *examination) mcs(ctx context.Context) (string, error) {
	client, err := e.o.source.client(twiliosrc.ClientOptions{Logger: e.o.log.logger(e.s)})
	if err != nil {
		return "", errNothing // the check before says what is wrong
	}
	e.closers = append(e.closers, client.Close)
	_, mcs := client.Hosts()
	if err := doctor.Reach(ctx, mcs); err != nil {
		return "", withHint(err, "let this machine talk to that host: it has the files of messages")
	}
	return mcs + " answers", nil
}

// load tells how busy Twilio says that the account is.
func (e *examination) load(context.Context) (string, error) {
	h := heard(e.twilio)
	if h.Answers == 0 {
		return "", errNothing
	}
	if h.Throttled > 0 {
		return "", warning{withHint(errors.New("requests are refused by Twilio because there are too many"), "others use the account, too: a run waits and goes on, but takes longer")}
	}
	if h.Concurrent == "" {
		return "no request was refused", nil
	}
	return "no request was refused, " + h.Concurrent + " under way at once", nil
}
