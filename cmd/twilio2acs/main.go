// Command twilio2acs moves what a Twilio Conversations account holds into Azure
// Communication Services Chat: every message once, in order, under its author.
package main

import (
	"os"

	"github.com/spf13/cobra"
)

func main() {
	cobra.EnableCommandSorting = false // help lists commands in the order in which people use them
	os.Exit(execute(os.Args[1:], systemStreams()))
}
