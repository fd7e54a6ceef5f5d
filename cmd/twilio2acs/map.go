package main

import "github.com/spf13/cobra"

func newMapCommand(s *streams) *cobra.Command {
	return group(&cobra.Command{
		Use:   "map",
		Short: "What became of what",
		Long: `Map tells from the ledger which ID in ACS stands for which item of Twilio. ACS has
no way to look that up: whatever refers to Twilio's IDs needs this map.`,
	}, newMapExportCommand(s), newMapGetCommand(s))
}
