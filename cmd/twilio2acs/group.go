package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// group makes cmd a command that only has commands below it. By itself it shows
// its help; cobra would do so for a misspelt command as well, and call it done.
func group(cmd *cobra.Command, children ...*cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.SuggestionsMinimumDistance = 2 // of letters, as cobra has it for the program itself
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return unknownCommand(cmd, args[0])
	}
	cmd.AddCommand(children...)
	return cmd
}

// addSection adds commands that help lists under a title of their own, in this order.
func addSection(root *cobra.Command, title string, cmds ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, cmd := range cmds {
		cmd.GroupID = title
	}
	root.AddCommand(cmds...)
}

// unknownCommand names the command that was probably meant.
func unknownCommand(cmd *cobra.Command, name string) error {
	hint := "see " + cmd.CommandPath() + " --help"
	if similar := cmd.SuggestionsFor(name); len(similar) > 0 {
		hint = "did you mean " + cmd.CommandPath() + " " + similar[0] + "?"
	}
	return usagef(hint, "%q is no command of %s", name, cmd.CommandPath())
}

// noArguments refuses arguments that are no flags.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %q", args[0])
	}
	return nil
}
