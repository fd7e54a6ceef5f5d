package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/spelling"
)

// flagHint says which flag was probably meant where err is that cmd has none of that
// name: one that is spelt alike, else one of another command. It is empty where
// neither is known.
func flagHint(cmd *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return ""
	}
	name := unknown.GetSpecifiedName()
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	otherwise := ""
	if takers := commandsWith(cmd.Root(), name); len(takers) > 0 {
		otherwise = "--" + name + " is a flag of " + strings.Join(takers, ", ")
	}
	return spelling.Hint(name, names, "--", otherwise)
}

// commandsWith are the commands from cmd on that have a flag of that name.
func commandsWith(cmd *cobra.Command, flag string) []string {
	var paths []string
	if f := cmd.LocalFlags().Lookup(flag); f != nil && !f.Hidden {
		paths = append(paths, cmd.CommandPath())
	}
	for _, child := range cmd.Commands() {
		paths = append(paths, commandsWith(child, flag)...)
	}
	return paths
}
