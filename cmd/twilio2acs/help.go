package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// Annotations of a command, shown at the end of its help.
const (
	environmentNote = "environment"
	exitNote        = "exit codes"
)

// helpTemplate is cobra's, with what a command reads from the environment and
// how it ends.
const helpTemplate = `{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}

{{end}}{{if or .Runnable .HasSubCommands}}{{.UsageString}}{{end}}{{with index .Annotations "` + environmentNote + `"}}
Environment:
{{.}}{{end}}{{with index .Annotations "` + exitNote + `"}}
Exit codes:
{{.}}{{end}}`

// usageTemplate is cobra's, without a usage of its own for commands that only
// have commands below them, and with flags in sections where there are many.
func usageTemplate(root *cobra.Command) string {
	return strings.NewReplacer(
		"{{if .Runnable}}", "{{if and .Runnable (not .HasAvailableSubCommands)}}",
		"Flags:\n{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}", "{{flagUsages . | trimTrailingWhitespaces}}",
	).Replace(root.UsageTemplate())
}

// newHelpCommand shows the help of a command. Unlike cobra's it does not call a
// misspelt one done.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		Long: `Help shows what a command does, its flags, what it reads from the environment and
how it ends. So does the flag --help of each command.`,
		Example: `  twilio2acs help map export`,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			switch {
			case err != nil:
				return &usageError{err: err}
			case len(rest) > 0:
				return unknownCommand(about, rest[0])
			}
			return about.Help()
		},
	}
}

const twilioEnvironment = `  TWILIO_ACCOUNT_SID                 the account, with --source twilio
  TWILIO_API_KEY, TWILIO_API_SECRET  an API key, or
  TWILIO_AUTH_TOKEN                  the auth token of the account
  TWILIO_REGION, TWILIO_EDGE         where Twilio keeps the account, if not in us1
`

const migrationEnvironment = twilioEnvironment + destinationEnvironment

const destinationEnvironment = `  ACS_CONNECTION_STRING              the ACS resource, with --dest acs, or
  ACS_ENDPOINT                       its address, to sign in with Entra ID
  AZURE_STORAGE_CONNECTION_STRING    the account of --media azblob:; without it
                                     Entra ID signs in
`

// filesNote ends what is said of an environment with secrets.
const filesNote = `  Each secret may be a file instead: TWILIO_AUTH_TOKEN_FILE=/run/secrets/token.
`

// describe notes what the help of cmd says about its environment and exit codes,
// and keeps its flags in the order in which they were added or given.
func describe(cmd *cobra.Command, environment string, codes ...int) {
	cmd.Flags().SortFlags = false
	if environment != "" {
		environment += filesNote
	}
	cmd.Annotations = map[string]string{environmentNote: environment, exitNote: exitHelp(codes...)}
}
