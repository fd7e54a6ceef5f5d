package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// withCompletions has shells complete the flags and arguments of every command below
// root with what there is, read at that moment. What can be no file is never
// completed with files.
func withCompletions(root *cobra.Command, s *streams) {
	c := completion{s}
	flags := map[string]cobra.CompletionFunc{
		"source":             c.sources,
		"snapshot":           snapshots,
		"dest":               places("acs", "local:"),
		"media":              places(noMedia, "azblob:", "local:"),
		"backup":             places("azblob:", ""),
		"accept":             inList(acceptable),
		"conversation":       inList(c.conversations),
		"service":            inList(c.services),
		"identity":           c.identities,
		"conversation-state": inList(cobra.FixedCompletions([]string{"active", "inactive", "closed", "initializing"}, cobra.ShellCompDirectiveNoFileComp)),
		"retention":          cobra.FixedCompletions([]string{"none", "30", "60", "90"}, cobra.ShellCompDirectiveNoFileComp),
	}
	arguments := map[string]cobra.CompletionFunc{
		"explain":     c.items,
		"map get":     c.items,
		"replay":      snapshots,
		"config show": c.configurable,
		"help":        commandWords,
	}
	complete(root, flags, arguments)
}

// complete gives cmd and every command below it the completions that are meant for
// the names of their flags and for themselves.
func complete(cmd *cobra.Command, flags, arguments map[string]cobra.CompletionFunc) {
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if _, found := cmd.GetFlagCompletionFunc(f.Name); found {
			return
		}
		offer := flags[f.Name]
		if offer == nil {
			offer = completionByKind(f)
		}
		if err := cmd.RegisterFlagCompletionFunc(f.Name, offer); err != nil {
			panic(err) // the flag is there, and has none
		}
	})
	if offer := arguments[commandName(cmd)]; offer != nil {
		cmd.ValidArgsFunction = asTaken(offer)
	} else if cmd.ValidArgsFunction == nil && cmd.ValidateArgs([]string{"argument"}) != nil {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
	for _, child := range cmd.Commands() {
		complete(child, flags, arguments)
	}
}

// completionByKind goes by what the help of a flag calls its value.
func completionByKind(f *pflag.Flag) cobra.CompletionFunc {
	directive := cobra.ShellCompDirectiveNoFileComp
	switch kind, _ := pflag.UnquoteUsage(f); kind {
	case "file":
		directive = cobra.ShellCompDirectiveDefault
	case "directory":
		directive = cobra.ShellCompDirectiveFilterDirs
	}
	return cobra.FixedCompletions(nil, directive)
}

// inList completes the last of values that are separated by commas, without those
// before it.
func inList(offer cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begin string) ([]string, cobra.ShellCompDirective) {
		at := strings.LastIndexByte(begin, ',') + 1
		values, directive := offer(cmd, args, begin[at:])
		said := strings.Split(begin[:at], ",")
		values = slices.DeleteFunc(slices.Clone(values), func(v string) bool {
			word, _, _ := strings.Cut(v, "\t")
			return slices.Contains(said, word)
		})
		for i := range values {
			values[i] = begin[:at] + values[i]
		}
		return values, directive
	}
}

// asTaken completes arguments as far as a command takes any.
func asTaken(offer cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begin string) ([]string, cobra.ShellCompDirective) {
		if cmd.ValidateArgs(append(slices.Clone(args), "another")) != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return offer(cmd, args, begin)
	}
}

// acceptable are the critical losses.
func acceptable(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	words := []string{cobra.CompletionWithDesc(mapping.AcceptAll, "every loss")}
	for _, l := range mapping.Losses() {
		if l.Severity == mapping.SeverityCritical {
			words = append(words, cobra.CompletionWithDesc(string(l.Code), l.Title))
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// completion completes with what a command would read.
type completion struct{ s *streams }

// commands are those of the program; behind the name of one, those below it.
func commandWords(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var words []string
	if about, rest, err := cmd.Root().Find(args); err == nil && len(rest) == 0 {
		for _, child := range about.Commands() {
			if child.IsAvailableCommand() {
				words = append(words, cobra.CompletionWithDesc(child.Name(), child.Short))
			}
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// configurable are the commands that a configuration has something to say of, word
// by word.
func (c completion) configurable(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var words []string
	for _, known := range configuredCommands(newRoot(c.s)) {
		if name := strings.Fields(known.Name); len(name) > len(args) && slices.Equal(name[:len(args)], args) {
			words = append(words, name[len(args)])
		}
	}
	return slices.Compact(words), cobra.ShellCompDirectiveNoFileComp
}
