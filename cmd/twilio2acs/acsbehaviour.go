package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// acsBehaviourOptions choose how the embedded ACS behaves where it is not known
// how the real one does, and what goes wrong.
type acsBehaviourOptions struct {
	envelope        choice
	pageSize        int
	foreignThread   choice
	formerMember    choice
	sizes           acsSizeOptions
	retryAfter      bool
	revocationDelay time.Duration
	listDelay       time.Duration
	tokenLife       time.Duration
	keyLife         time.Duration
	quirks          repeated[emulator.Quirk]
	faults          repeated[emulator.Fault]
	seed            uint64
}

// envelopes are the forms of error bodies, as --error-envelope names them.
var envelopes = map[string]emulator.Envelope{
	"recorded":   emulator.EnvelopeRecorded,
	"documented": emulator.EnvelopeDocumented,
	"pascal":     emulator.EnvelopePascal,
	"legacy":     emulator.EnvelopeLegacy,
}

// hiddenThreads are the statuses that --foreign-thread and --former-member name.
var hiddenThreads = map[string]int{"403": 403, "404": 404}

// maxPageSize is the largest page of messages that ACS sends.
const maxPageSize = 200

func (o *acsBehaviourOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	choose(cmd, &o.envelope, "error-envelope", "", "form of error bodies: as last recorded, {\"error\"} everywhere, {\"CommunicationError\"} everywhere, or {\"Error\"} everywhere",
		"recorded", "documented", "pascal", "legacy")
	f.IntVar(&o.pageSize, "page-size", 10, "how many `messages` a page has unless a request says")
	choose(cmd, &o.foreignThread, "foreign-thread", "", "answer about a thread to those who never were in it",
		"403", "404")
	choose(cmd, &o.formerMember, "former-member", "", "answer to those who have left a thread and would write in it",
		"403", "404")
	o.sizes.register(cmd)
	f.BoolVar(&o.retryAfter, "retry-after", false, "say in a 429 how long to wait")
	f.DurationVar(&o.revocationDelay, "revocation-delay", 0, "how long revoked tokens go on to count")
	f.DurationVar(&o.listDelay, "list-delay", 0, "how long a message stays out of lists after it arrived or changed")
	f.DurationVar(&o.tokenLife, "token-life", 0, "how long user tokens live at most; 0 is as long as requests ask for")
	f.DurationVar(&o.keyLife, "key-life", 0, "how long the key of a repeatable request is remembered; 0 is for ever")
	o.quirks = repeated[emulator.Quirk]{kind: "quirk", parse: parseQuirk}
	f.Var(&o.quirks, "quirk", "do not keep what is given: trim, narrow, cut, escape, names, metadata, members, or retention; may be given several times")
	o.faults = repeated[emulator.Fault]{kind: "FAULT", parse: parseACSFault}
	f.Var(&o.faults, "fault", "let calls go wrong, as described above; may be given several times")
	f.Uint64Var(&o.seed, "fault-seed", 0, "`number` that the choices of faults with a probability follow from")
}

// check refuses what has no meaning.
func (o *acsBehaviourOptions) check() error {
	if o.pageSize < 1 || o.pageSize > maxPageSize {
		return usagef("", "--page-size %d is not from 1 to %d", o.pageSize, maxPageSize)
	}
	for _, d := range []struct {
		flag  string
		value time.Duration
	}{
		{"revocation-delay", o.revocationDelay}, {"list-delay", o.listDelay}, {"token-life", o.tokenLife}, {"key-life", o.keyLife},
	} {
		if d.value < 0 {
			return usagef("", "--%s %s is below 0", d.flag, d.value)
		}
	}
	if err := o.sizes.check(); err != nil {
		return err
	}
	return checkSeed(o.seed, len(o.faults.values))
}

// checkSeed refuses a --fault-seed from which nothing follows.
func checkSeed(seed uint64, faults int) error {
	if seed != 0 && faults == 0 {
		return usagef("add a --fault, or leave it out", "--fault-seed means nothing without faults")
	}
	return nil
}

// apply has a server behave as chosen.
func (o *acsBehaviourOptions) apply(e *emulator.Options) {
	e.Envelope, e.ForeignThreadStatus = envelopes[o.envelope.value], hiddenThreads[o.foreignThread.value]
	e.FormerMemberStatus, e.Sizes = hiddenThreads[o.formerMember.value], o.sizes.sizes()
	e.PageSize, e.RetryAfter = o.pageSize, o.retryAfter
	e.RevocationDelay, e.ListDelay, e.TokenLife, e.KeyLife = o.revocationDelay, o.listDelay, o.tokenLife, o.keyLife
	e.Quirks = o.quirks.values
	e.Faults, e.Seed = o.faults.values, o.seed
}

func parseQuirk(text string) (emulator.Quirk, error) {
	q := emulator.Quirk(text)
	if !slices.Contains(emulator.AllQuirks, q) {
		return "", fmt.Errorf("%.40q is none of %s", text, strings.Trim(fmt.Sprint(emulator.AllQuirks), "[]"))
	}
	return q, nil
}
