package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/config"
)

// initQuestions are what init asks, and its answers where nobody is there to ask.
var initQuestions = []struct{ flag, question, answer string }{
	{"source", "Where do conversations come from: twilio, or the directory of a snapshot?", "twilio"},
	{"dest", "Where do they go: acs, or local:DIR for a rehearsal on this machine?", "local:rehearsal"},
	{"state", "In which file is the progress kept?", "twilio2acs.db"},
}

func newInitCommand(s *streams) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a commented configuration file to begin with",
		Long: `Init writes ` + config.FileName + ` with every flag of run as a comment. On a
terminal it asks for what matters most. A file that is there already stays as it is.
Nothing needs a configuration file: flags can say it all.`,
		Example: `  twilio2acs init
  twilio2acs init --yes --config staging.yaml`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := globalFlag(cmd, config.FileFlag)
			if path == "" {
				path = config.FileName
			}
			return initialise(s, path, s.prompts && !yes)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "ask nothing")
	describe(cmd, "", exitDone, exitError, exitUsage)
	return cmd
}

// initialise writes the file of that path.
func initialise(s *streams, path string, ask bool) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fs.ErrExist
		}
		return withHint(fmt.Errorf("write %s: %w", path, err), "edit it, or name another file with --config")
	}
	answers := map[string]string{}
	in := bufio.NewReader(s.in)
	for _, q := range initQuestions {
		answers[q.flag] = q.answer
		if !ask {
			continue
		}
		fmt.Fprintf(s.err, "%s [%s] ", q.question, q.answer)
		line, err := in.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read answer: %w", err)
		}
		if line = strings.TrimSpace(line); line != "" {
			answers[q.flag] = line
		}
	}
	var text string
	commands := configuredCommands(newRoot(s))
	for _, c := range commands {
		if c.Name == "run" {
			text = config.Template(c, answers)
		}
	}
	if _, err := config.Parse(path, []byte(text), commands); err != nil {
		return &usageError{err: err, hint: "begin anew with other answers"}
	}
	if err := writeNew(path, text); err != nil {
		return err
	}
	t := &textWriter{w: s.out}
	t.printf("wrote %s\n", path)
	return nil
}

// writeNew writes a file for its owner alone, which must not be there yet.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return withHint(fmt.Errorf("write configuration: %w", err), "name another file with --config")
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}
