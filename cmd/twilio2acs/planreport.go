package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// planReportOptions say what a plan looks for and reckons with.
type planReportOptions struct {
	checkMedia  bool
	largeMedia  byteSize
	price       float64 // of a message
	minFidelity float64
}

const checkMediaFlag = "check-media"

// newPlanReport are the defaults.
func newPlanReport() planReportOptions {
	return planReportOptions{largeMedia: report.DefaultLargeMedia, price: report.DefaultPrice}
}

func (o *planReportOptions) register(cmd *cobra.Command) {
	*o = newPlanReport()
	f := cmd.Flags()
	f.BoolVar(&o.checkMedia, checkMediaFlag, false, "ask Twilio for the record of each file, a request each, to find those that are gone (a snapshot's files are always looked for)")
	f.Var(&o.largeMedia, "large-media", "name files of this `size` and more: they are carried, but clients may not load them")
	f.Float64Var(&o.price, "message-price", report.DefaultPrice, "`USD` that ACS charges for a message sent (default as published in "+report.DefaultPriceAsOf+")")
	f.Float64Var(&o.minFidelity, "min-fidelity", 0, "end with exit code 14 if less than so many `percent` of all fields stand in ACS itself")
}

// check refuses what cannot be meant.
func (o *planReportOptions) check() error {
	switch {
	case !(o.minFidelity >= 0 && o.minFidelity <= 100): // not a number either
		return usagef("", "--min-fidelity %v is not between 0 and 100", o.minFidelity)
	case !(o.price >= 0) || math.IsInf(o.price, 0):
		return usagef("", "--message-price %v is no price", o.price)
	}
	return nil
}

// builder are the options of the document of a plan.
func (o *planReportOptions) builder(plan *planOptions, m *migration, checked bool) *report.Options {
	opts := &report.Options{MediaChecked: checked, LargeMedia: int64(o.largeMedia), Policies: plan.decided(m)}
	if o.price != report.DefaultPrice {
		opts.Price = report.Price{Amount: o.price, AsOf: "--message-price"}
	}
	return opts
}

// mediaCheck tells whether the source has a file, without reading it; nil where
// nobody asked for that.
func (o *planReportOptions) mediaCheck(from sourceOptions, src source) func(context.Context, mapping.Conversation, mapping.Media) error {
	switch {
	case !from.isLive():
		return func(ctx context.Context, c mapping.Conversation, m mapping.Media) error {
			f, err := src.OpenMedia(ctx, c, m)
			if err != nil {
				return err
			}
			return f.Close()
		}
	case o.checkMedia:
		return func(ctx context.Context, c mapping.Conversation, m mapping.Media) error {
			_, err := src.FetchMedia(ctx, c, m)
			return err
		}
	}
	return nil
}

// fidelityError is a plan that keeps less than was asked for.
type fidelityError struct{ got, want float64 }

func (e *fidelityError) Error() string {
	return fmt.Sprintf("fidelity is %v %%, below --min-fidelity %v", e.got, e.want)
}

// Hint is the remedy.
func (e *fidelityError) Hint() string {
	return "look at the losses, and at the conversations with the lowest fidelity in -o json"
}

// decided are the flags that decide about the outcome.
func (o *planOptions) decided(m *migration) []report.Policy {
	policies := append(o.policies.told(),
		report.Policy{Name: "media", Value: m.place.root()},
		report.Policy{Name: "receipts", Value: o.source.receipts.value},
		report.Policy{Name: "accept", Value: strings.Join(o.accept.codes, ",")},
		report.Policy{Name: "max-delete", Value: strconv.FormatFloat(o.delete.max, 'f', -1, 64)},
	)
	add := func(name, value string, set bool) {
		if set {
			policies = append(policies, report.Policy{Name: name, Value: value})
		}
	}
	add("deep", "true", o.deep)
	add(checkMediaFlag, "true", o.report.checkMedia && o.source.isLive())
	add("skip-damaged", "true", o.source.skipDamaged)
	sel := o.source.selected
	for _, list := range []struct {
		name   string
		values []string
	}{
		{"service", sel.services}, {"conversation", sel.conversations}, {"identity", sel.identities}, {"conversation-state", sel.states},
	} {
		add(list.name, strings.Join(list.values, ","), len(list.values) > 0)
	}
	add("since", sel.since.text, sel.since.text != "")
	add("until", sel.until.text, sel.until.text != "")
	add("limit", strconv.Itoa(sel.limit), sel.limit != 0)
	add("sample", strconv.Itoa(sel.sample), sel.sample != 0)
	return policies
}
