package main

import "github.com/spf13/cobra"

func newIdentityCommand(s *streams) *cobra.Command {
	return group(&cobra.Command{
		Use:   "identity",
		Short: "Decide about people before anything of theirs is written",
		Long: `Identity lets you decide about people one by one: who is an ACS user already, who
is the same person twice, who is called what, and who is left out. Export a table,
edit it, import it; then plan and run.`,
	}, newIdentityExportCommand(s), newIdentityImportCommand(s))
}
