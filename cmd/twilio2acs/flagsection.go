package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagSections are the parts that help divides the flags of a command into that has
// many. What is in none of them, the flags of the command itself among it, comes first.
var flagSections = []struct {
	title string
	names []string
}{
	{"What is carried", []string{
		"service", "conversation", "identity", "conversation-state", "since", "until", "limit", "sample",
		"where", "where-participant", "where-message", "where-media", "receipts",
	}},
	{"What is written, alike in every command of a migration", []string{
		"addresses", "over-limit", "external", "display-names", "closed", "original-time", "retention",
		"topic", "display-name", "metadata", "participant-metadata", "message-metadata",
		"message-limit", "message-measure", "message-counts", "message-metadata-limit",
	}},
	{"How fast", []string{"limits", "limits-speed", "rate", "max-rate", "order", "inbox-order"}},
	{"Care", []string{"max-delete", "canary", "backup", "backup-every", "adopt-state", "settle", "key-life", "skip-damaged"}},
	{"Where else services are", []string{"twilio-url", "mcs-url", "acs-ca"}},
	{"What is told", []string{"output", "verbose", "progress", "html", "markdown", "details", "log-file", "log-format", "log-level", "metrics-listen"}},
}

// manyFlags is from how many flags on help is divided.
const manyFlags = 25

func init() { cobra.AddTemplateFunc("flagUsages", flagUsages) }

// flagUsages is the part of the help of cmd about its flags.
func flagUsages(cmd *cobra.Command) string {
	var all []*pflag.Flag
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { all = append(all, f) })
	var b strings.Builder
	write := func(title string, flags []*pflag.Flag) {
		set := pflag.NewFlagSet(title, pflag.ContinueOnError)
		set.SortFlags = false
		for _, f := range flags {
			set.AddFlag(f)
		}
		if set.HasAvailableFlags() {
			b.WriteString(title + ":\n" + set.FlagUsages() + "\n")
		}
	}
	if len(all) < manyFlags {
		write("Flags", all)
		return b.String()
	}
	var parts [][]*pflag.Flag
	for _, section := range flagSections {
		var part []*pflag.Flag
		all = slices.DeleteFunc(all, func(f *pflag.Flag) bool {
			here := slices.Contains(section.names, f.Name)
			if here {
				part = append(part, f)
			}
			return here
		})
		parts = append(parts, part)
	}
	write("Flags", all)
	for i, section := range flagSections {
		write(section.title, parts[i])
	}
	return b.String()
}
