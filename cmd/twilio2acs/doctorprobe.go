package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/config"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/probe"
)

// probeOptions say whether doctor asks the resource what no document says.
type probeOptions struct {
	on     bool
	yes    bool
	keyAge time.Duration

	configuration config.Configuration // which the answers go to
	commands      []config.Command
}

func (o *probeOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&o.on, "probe", false, "find out what no document says of ACS, with small threads that are deleted again, and write the answers into the configuration")
	f.BoolVar(&o.yes, "yes", false, "probe without asking")
	f.DurationVar(&o.keyAge, "probe-key-age", 0, "try the key of a creation for the last time when it has been in use for so `long`")
}

func (o *probeOptions) check(dest destinationOptions, s *streams) error {
	switch {
	case o.on && !o.yes && !s.prompts:
		return usagef("add --yes, or do it on a terminal and be asked", "--probe writes in the resource, and nobody has agreed")
	case o.on && dest.isLocal():
		return usagef("give --dest acs, or leave it out: how the embedded ACS behaves is no question", "--probe means nothing with --dest local:")
	case !o.on && (o.yes || o.keyAge != 0):
		return usagef("add --probe, or leave it out", "--yes and --probe-key-age mean nothing without --probe")
	case o.keyAge < 0:
		return usagef("", "--probe-key-age %s is below 0", o.keyAge)
	}
	return nil
}

// agreed asks whether the probe may write.
func (o *probeOptions) agreed(ctx context.Context, s *streams) (bool, error) {
	if o.yes {
		return true, nil
	}
	fmt.Fprint(s.err, "The probe creates 2 users and at most 25 small threads in the resource, sends at most 70 messages\n(less than $0.06 by the rates of 2021) within two minutes, and deletes all of it again.\n")
	return ask(ctx, s, "Do that?")
}

// The times that a question of the probe, and tidying up after it, may take at the
// least. Rate limits are waited for: of a thread they pass within 10 s.
const (
	probeQuestion = 2 * time.Minute
	probeTidying  = time.Minute
)

// probeAfter asks the resource, unless it is one of the things that checks found
// wrong, and keeps the answers.
func (e *examination) probeAfter(ctx context.Context, checks []check, made func(check)) ([]probe.Setting, error) {
	if !slices.ContainsFunc(checks, func(c check) bool { return c.Name == checkACS && c.Status == verdictOK }) {
		made(check{Name: "probe", Status: verdictSkip, Detail: errNothing.Error()})
		return nil, nil
	}
	settings, err := e.probe(ctx, made)
	if err == nil && len(settings) > 0 {
		made(examined{"configuration", func(context.Context) (string, error) { return e.keep(settings) }}.look(ctx, e.o.timeout))
	}
	return settings, err
}

// probe asks the resource, tidies up whatever happens, and tells of each answer. It
// returns what follows from them.
func (e *examination) probe(ctx context.Context, made func(check)) ([]probe.Setting, error) {
	if yes, err := e.o.probe.agreed(ctx, e.s); err != nil || !yes {
		return nil, err
	}
	clients, err := e.probeClients()
	if err != nil {
		return nil, err
	}
	note := e.o.state.path + ".probe"
	p, err := probe.Open(ctx, clients, note, &probe.Options{KeyAge: e.o.probe.keyAge})
	var settings []probe.Setting
	if err == nil {
		settings = e.ask(ctx, p, made)
	} else {
		made(examined{"probe", func(context.Context) (string, error) { return "", err }}.look(ctx, probeTidying))
	}
	made(tidying(p, note).look(context.WithoutCancel(ctx), probeTidying))
	return settings, context.Cause(ctx)
}

// ask asks every question, until ctx ends.
func (e *examination) ask(ctx context.Context, p *probe.Probe, made func(check)) []probe.Setting {
	var settings []probe.Setting
	atMost := max(e.o.timeout, probeQuestion) + e.o.probe.keyAge
	for _, q := range p.Questions() {
		c := examined{q.Name, func(ctx context.Context) (string, error) {
			answer, err := q.Ask(ctx)
			settings = append(settings, answer.Settings...)
			if is[*probe.Surprise](err) {
				err = warning{err}
			}
			return answer.Text, err
		}}.look(ctx, atMost)
		if ctx.Err() != nil {
			break
		}
		made(c)
	}
	return settings
}

// tidying deletes what the probe has created.
func tidying(p *probe.Probe, note string) examined {
	return examined{"tidying up", func(ctx context.Context) (string, error) {
		if err := p.Close(ctx); err != nil {
			return "", withHint(err, "run doctor --probe again: it first deletes what stands in "+note)
		}
		sent := int64(p.Sent())
		return fmt.Sprintf("everything is deleted again; %s cost $%.2f by the rates of 2021", plural(sent, "message", "messages"), float64(sent)*messagePrice), nil
	}}
}

// messagePrice is what ACS charges for a message, in dollars (pricing page of 2021).
const messagePrice = 0.0008

// probeClients are clients for a probe, which share their tokens.
func (e *examination) probeClients() (probe.Resource, error) {
	resource, pace, err := e.o.connect.resource()
	if err != nil {
		return probe.Resource{}, err
	}
	log := e.o.log.logger(e.s)
	opts := &acsdest.ClientOptions{Transport: e.acs, Logger: log}
	hasty := *opts
	opts.Gate = pace.gate(log)
	identity, err := resource.identity(opts)
	if err != nil {
		return probe.Resource{}, err
	}
	tokens := acsdest.NewTokens(identity, nil)
	chat, err := acsdest.NewChat(resource.endpoint, tokens, opts)
	if err != nil {
		return probe.Resource{}, err
	}
	other, err := acsdest.NewChat(resource.endpoint, tokens, &hasty)
	return probe.Resource{Chat: chat, Hasty: other, Identity: identity}, err
}
