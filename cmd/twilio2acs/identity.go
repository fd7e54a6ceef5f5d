package main

import "github.com/spf13/cobra"

func newIdentityCommand(s *streams) *cobra.Command {
	return group(&cobra.Command{
		Use:   "identity",
		Short: "Decide about people before anything of them is written",
	}, newIdentityExportCommand(s), newIdentityImportCommand(s))
}
