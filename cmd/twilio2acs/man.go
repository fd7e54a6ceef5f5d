package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newManCommand is for those who package the program.
func newManCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "man --dir DIR",
		Short: "Write manual pages, one for each command",
		Long: `Man writes the manual pages of all commands, for those who package the program.
The same program writes the same pages.`,
		Example: `  twilio2acs man --dir /usr/local/share/man/man1`,
		Args:    noArguments,
		Hidden:  true,
		RunE:    func(cmd *cobra.Command, _ []string) error { return writeManual(cmd.Root(), dir) },
	}
	cmd.Flags().StringVar(&dir, "dir", "", "the `directory` to write to; it is made if it is not there")
	mustRequire(cmd, "dir")
	describe(cmd, "", exitDone, exitError, exitUsage)
	return cmd
}

// writeManual writes the pages into dir. The same program writes the same pages,
// whenever it does.
func writeManual(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return withHint(fmt.Errorf("write manual: %w", err), "name a directory that can be written to with --dir")
	}
	root.DisableAutoGenTag = true
	describeInManual(root)
	info, _ := debug.ReadBuildInfo() // nil without modules: then little is known
	version := versionOf(info)
	date, err := time.Parse(time.RFC3339, version.Time)
	if err != nil {
		date = time.Unix(0, 0).UTC() // any, so long as it is always the same
	}
	header := &doc.GenManHeader{Section: "1", Source: "twilio2acs " + version.Version, Manual: "twilio2acs", Date: &date}
	if err := doc.GenManTree(root, header, dir); err != nil {
		return fmt.Errorf("write manual: %w", err)
	}
	return nil
}

// describeInManual gives the pages of cmd and of every command below it the sections
// that stand at the end of their help.
func describeInManual(cmd *cobra.Command) {
	for _, section := range []struct{ title, note string }{
		{"ENVIRONMENT", cmd.Annotations[environmentNote]},
		{"EXIT STATUS", cmd.Annotations[exitNote]},
	} {
		if section.note != "" {
			cmd.Long += "\n\n# " + section.title + "\n```\n" + section.note + "```"
		}
	}
	for _, child := range cmd.Commands() {
		describeInManual(child)
	}
}
