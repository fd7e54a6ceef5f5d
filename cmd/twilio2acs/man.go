package main

import (
	"fmt"
	"os"
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
	date := time.Unix(0, 0).UTC()
	if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "twilio2acs", Date: &date}, dir); err != nil {
		return fmt.Errorf("write manual: %w", err)
	}
	return nil
}
