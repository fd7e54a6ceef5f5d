// Command twilio2acs moves what a Twilio Conversations account holds into Azure
// Communication Services Chat: every message once, in order, under its author.
package main

import "os"

func main() { os.Exit(execute(os.Args[1:], systemStreams())) }
