package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/spelling"
)

// choice is the value of a flag that is one of a few words. It satisfies
// pflag.Value.
type choice struct {
	value string
	words []string
}

// String is the word chosen.
func (c *choice) String() string { return c.value }

// Set chooses a word, or says which there are.
func (c *choice) Set(value string) error {
	if !slices.Contains(c.words, value) {
		return &choiceError{value, c.words}
	}
	c.value = value
	return nil
}

// Type is what help shows as the kind of value.
func (c *choice) Type() string { return strings.Join(c.words, "|") }

// choiceError is a value that is none of the words there are.
type choiceError struct {
	value string
	words []string
}

func (e *choiceError) Error() string { return "must be one of " + strings.Join(e.words, ", ") }

// Hint is the word that was probably meant.
func (e *choiceError) Hint() string { return spelling.Hint(e.value, e.words, "", "") }

// choose adds a flag that takes one of words. The first word is the default; an
// empty one stands for a default that depends on other flags.
func choose(cmd *cobra.Command, c *choice, name, shorthand, usage string, words ...string) {
	c.value = words[0]
	c.words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
	cmd.Flags().VarP(c, name, shorthand, usage)
	offer := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return c.words, cobra.ShellCompDirectiveNoFileComp
	}
	if err := cmd.RegisterFlagCompletionFunc(name, offer); err != nil {
		panic(err) // the flag is there: it was added three lines above
	}
}
