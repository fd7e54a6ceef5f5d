package main

import (
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// program is all of it, not to be run.
func program() *cobra.Command {
	var nowhere strings.Builder
	return newRoot(&streams{in: strings.NewReader(""), out: &resultWriter{w: &nowhere}, err: &console{w: &nowhere}})
}

// commandsBelow are all commands below cmd that are ours, not cobra's.
func commandsBelow(cmd *cobra.Command) iter.Seq[*cobra.Command] {
	return func(yield func(*cobra.Command) bool) {
		for _, child := range cmd.Commands() {
			if child.Name() == "completion" {
				continue
			}
			if !yield(child) {
				return
			}
			for grandchild := range commandsBelow(child) {
				if !yield(grandchild) {
					return
				}
			}
		}
	}
}

// Whatever there is to run says what it does and shows how.
func TestEveryCommandIsExplained(t *testing.T) {
	for cmd := range commandsBelow(program()) {
		t.Run(commandName(cmd), func(t *testing.T) {
			if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
				t.Errorf("Short = %q, want one line without a full stop", cmd.Short)
			}
			if cmd.Long == "" {
				t.Error("no Long")
			}
			if cmd.HasSubCommands() {
				return
			}
			if cmd.Example == "" {
				t.Error("no example")
			}
			for line := range strings.Lines(cmd.Example) {
				checkCommandLine(t, strings.TrimSpace(line), true)
			}
		})
	}
}

// checkCommandLine demands that a command line of an example or a page can be meant:
// commands and flags are there and take what they are given. A whole one needs
// no more than it says.
func checkCommandLine(t *testing.T, line string, whole bool) {
	t.Helper()
	args := shellWords(line)
	if len(args) == 0 || args[0] != "twilio2acs" {
		t.Errorf("%q does not begin with twilio2acs", line)
		return
	}
	cmd, rest, err := program().Find(args[1:])
	if err != nil {
		t.Errorf("%s: %v", line, err)
		return
	}
	if err := cmd.ParseFlags(rest); err != nil && !errors.Is(err, pflag.ErrHelp) && (whole || !isShortened(err)) {
		t.Errorf("%s: %v", line, err)
		return
	}
	if cmd.HasSubCommands() && cmd.Flags().NArg() > 0 {
		t.Errorf("%s: %q is no command", line, cmd.Flags().Arg(0))
	}
	if !whole {
		return
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		t.Errorf("%s: %v", line, err)
	}
	if err := cmd.ValidateRequiredFlags(); err != nil {
		t.Errorf("%s: %v", line, err)
	}
}

// isShortened reports whether err is only that the value of a flag is left out, or
// that a word such as TIME stands for it.
func isShortened(err error) bool {
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	return errors.As(err, &missing) || errors.As(err, &invalid) && invalid.GetValue() == strings.ToUpper(invalid.GetValue())
}

// shellWords are the words of a simple command, as a shell would read them: without
// single quotes, comments, pipes and redirections.
func shellWords(line string) []string {
	quoted := false
	words := strings.FieldsFunc(line, func(r rune) bool {
		if r == '\'' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
	for i, w := range words {
		if strings.ContainsAny(w[:1], "#|><;&") {
			return words[:i]
		}
		words[i] = strings.ReplaceAll(w, "'", "")
	}
	return words
}
