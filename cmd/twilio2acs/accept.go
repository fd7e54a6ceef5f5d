package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// acceptOptions say which critical losses may happen.
type acceptOptions struct{ codes []string }

func (o *acceptOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&o.codes, "accept", nil, "`codes` of critical losses that may happen, or all (--dest local: accepts all)")
}

// accepted are the losses that may happen. What goes into the embedded ACS is
// there to be looked at, so nothing of it is lost for good.
func (o acceptOptions) accepted(dest destinationOptions) (map[mapping.LossCode]bool, error) {
	if dest.isLocal() {
		return mapping.Acceptable(slices.Concat(o.codes, []string{mapping.AcceptAll}))
	}
	return mapping.Acceptable(o.codes)
}

// preflight refuses a run that would lose something critical everywhere, unless
// that is accepted or somebody says so now. Nothing has been written yet.
func preflight(ctx context.Context, s *streams, rules mapping.Rules, accepted map[mapping.LossCode]bool) error {
	lost := mapping.Unaccepted(rules.AccountLosses(), accepted)
	if len(lost) == 0 {
		return nil
	}
	refusal := &migrate.PreflightError{Losses: lost}
	if !s.prompts {
		return refusal
	}
	p := painter(s.err.color)
	fmt.Fprintln(s.err, p.paint(bold, "This would be lost everywhere:"))
	for _, l := range lost {
		info := l.Code.Info()
		fmt.Fprintf(s.err, "  %s  %s\n    remedy: %s\n", p.paint(red, string(l.Code)), info.Title, info.Remedy)
	}
	yes, err := ask(ctx, s, "Go on nevertheless?")
	if err != nil {
		return err
	}
	if !yes {
		return refusal
	}
	for _, l := range lost {
		accepted[l.Code] = true
	}
	return nil
}

// ask puts a question to the person at the terminal. Anything but yes is no.
func ask(ctx context.Context, s *streams, question string) (bool, error) {
	line, err := answer(ctx, s, question+" [y/N] ")
	line = strings.ToLower(line)
	return line == "y" || line == "yes", err
}

// answer is what the person at the terminal says when shown prompt.
func answer(ctx context.Context, s *streams, prompt string) (string, error) {
	fmt.Fprint(s.err, prompt)
	answers := make(chan string, 1)
	go func() { // a read of a terminal cannot be cancelled: it ends with the process
		line, err := bufio.NewReader(s.in).ReadString('\n')
		if err != nil && err != io.EOF {
			line = ""
		}
		answers <- line
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(s.err)
		return "", context.Cause(ctx)
	case line := <-answers:
		return strings.TrimSpace(line), nil
	}
}
