package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// newRoot is the program with all its commands.
func newRoot(s *streams) *cobra.Command {
	root := group(&cobra.Command{
		Use:   "twilio2acs",
		Short: "Move Twilio Conversations to Azure Communication Services Chat",
		Long: `twilio2acs moves what a Twilio Conversations account holds into Azure
Communication Services (ACS) Chat: every message once, in order, under its author.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	})
	addSection(root, "Get ready:", newInitCommand(s), newConfigCommand(s), newDoctorCommand(s), newIdentityCommand(s))
	addSection(root, "Migrate:", newPlanCommand(s), newRunCommand(s), newVerifyCommand(s), newCutoverCommand(s), newRollbackCommand(s))
	addSection(root, "See what became of it:", newStatusCommand(s), newExplainCommand(s), newMapCommand(s), newExportCommand(s))
	addSection(root, "Rehearse and test:", newRecordCommand(s), newReplayCommand(s), newServeCommand(s))
	root.AddCommand(newSchemaCommand(s), newManCommand(), newVersionCommand(s))
	withConfiguration(root, s)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetHelpTemplate(helpTemplate)
	root.SetUsageTemplate(usageTemplate(root))
	root.SetHelpCommand(newHelpCommand())
	root.InitDefaultHelpCmd()
	withCompletions(root, s)
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" { // cobra's own
			group(cmd)
		}
	}
	return root
}

// execute runs the command line args and returns the exit code of the process.
func execute(args []string, s *streams) int {
	ctx, stop := withInterrupts(context.Background(), func() {
		fmt.Fprintln(s.err, "stopping once what is under way is noted; ask again to stop at once")
	})
	defer stop()
	root := newRoot(s)
	root.SetArgs(args)
	began := false
	whenBegun(root, func(cmd *cobra.Command) error {
		began = true
		return s.openLog(cmd)
	})
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil && !began { // cobra did not get as far as the command
		err = misuse(cmd, err)
	}
	if err == nil {
		err = s.out.failure()
	}
	if err != nil {
		reportError(s, cmd, args, err)
	}
	if lerr := s.closeLog(exitCode(err), err); lerr != nil {
		printError(s.err, painter(s.err.color), lerr)
		err = cmp.Or(err, lerr)
	}
	return exitCode(err)
}

// whenBegun has every command below cmd call f before anything else. The error of
// f is that of the command.
func whenBegun(cmd *cobra.Command, f func(*cobra.Command) error) {
	if inner := cmd.RunE; inner != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if err := f(cmd); err != nil {
				return err
			}
			return inner(cmd, args)
		}
	}
	for _, child := range cmd.Commands() {
		whenBegun(child, f)
	}
}

// misuse is an error of the command line itself.
func misuse(cmd *cobra.Command, err error) error {
	return &usageError{err: err, hint: cmp.Or(hintOf(err), flagHint(cmd, err), "see "+cmd.CommandPath()+" --help")}
}

// reportError tells people of an error, and machines too if the command has not.
func reportError(s *streams, cmd *cobra.Command, args []string, err error) {
	if !is[*reportedError](err) && !silent(err) {
		doc := errorDocument{head: headOf(commandName(cmd)), Exit: exitCode(err), Error: failureOf(err)}
		switch outputOf(cmd, args) {
		case formatJSON:
			printDocument(s.out, doc)
		case formatJSONL:
			doc.Type = "error"
			printLine(s.out, doc)
		}
	}
	if !silent(err) {
		printError(s.err, painter(s.err.color), err)
	}
}

// commandName is the command without the program: "map export".
func commandName(cmd *cobra.Command) string {
	_, name, _ := strings.Cut(cmd.CommandPath(), " ")
	return name
}

// outputOf is the form of output that was asked for. A command line that cannot
// be read may stop before that flag, so the rest of it is read once more.
func outputOf(cmd *cobra.Command, args []string) string {
	f := cmd.Flags().Lookup(outputFlag)
	if f == nil {
		return formatText
	}
	cmd.FParseErrWhitelist.UnknownFlags = true
	_ = cmd.ParseFlags(args) // it is known that something is wrong
	return f.Value.String()
}
