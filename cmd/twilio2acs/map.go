package main

import "github.com/spf13/cobra"

func newMapCommand(s *streams) *cobra.Command {
	return group(&cobra.Command{
		Use:   "map",
		Short: "What became of what",
	}, newMapExportCommand(s))
}
