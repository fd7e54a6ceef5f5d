package main

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/config"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/spelling"
)

func newConfigCommand(s *streams) *cobra.Command {
	return group(&cobra.Command{
		Use:   "config",
		Short: "What is configured, and the form of the configuration file",
		Long: `Flags that a command line does not give are taken from the environment and from a
configuration file. Config tells what follows from them, and of which form the file
is; init writes one.`,
	}, newConfigShowCommand(s), newConfigSchemaCommand(s))
}

func newConfigSchemaCommand(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration file",
		Long: `Config schema prints the JSON Schema (draft 2020-12) of the configuration file,
by which editors complete it and mark what is wrong.`,
		Example: `  twilio2acs config schema > twilio2acs.schema.json`,
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			text, err := config.Schema(configuredCommands(newRoot(s)))
			if err != nil {
				return err
			}
			_, _ = s.out.Write(append(text, '\n')) // the writer keeps the error
			return nil
		},
	}
	describe(cmd, "", exitDone, exitError, exitUsage)
	return cmd
}

// configDocument is what config show prints for machines.
type configDocument struct {
	head
	File     string             `json:"file,omitempty"`
	Profile  string             `json:"profile,omitempty"`
	Commands []configuredValues `json:"commands"`
	Secrets  []secretState      `json:"secrets"`
}

// configuredValues are what is in force for one command.
type configuredValues struct {
	Command  string            `json:"command"`
	Settings []configuredValue `json:"settings"`
}

type configuredValue struct {
	Flag   string   `json:"flag"`
	Values []string `json:"values"`
	Origin string   `json:"origin"`
}

// secretState says where a secret comes from, never what it is.
type secretState struct {
	Name   string `json:"name"`
	Set    bool   `json:"set"`
	Origin string `json:"origin,omitempty"`
}

func newConfigShowCommand(s *streams) *cobra.Command {
	var format choice
	cmd := &cobra.Command{
		Use:   "show [command]",
		Short: "Tell what is in force, and where each value comes from",
		Long: `Config show prints the value that each flag of a command has when the command
line does not say, and where it comes from. Without a command it prints for all of
them what differs from the defaults. Of secrets it says only whether they are set.`,
		Example: `  twilio2acs config show
  twilio2acs config show run --profile staging`,
		RunE: func(cmd *cobra.Command, args []string) error {
			doc, err := showConfiguration(cmd, s, strings.Join(args, " "))
			if err != nil {
				return err
			}
			if format.value == formatJSON {
				printDocument(s.out, doc)
				return nil
			}
			doc.write(&textWriter{w: s.out})
			return nil
		},
	}
	choose(cmd, &format, outputFlag, "o", "form of the result", formatText, formatJSON)
	describe(cmd, "", exitDone, exitError, exitUsage)
	return cmd
}

// showConfiguration tells of the command of that name, or of all where it is empty.
func showConfiguration(cmd *cobra.Command, s *streams, name string) (configDocument, error) {
	doc := configDocument{head: headOf("config show"), Commands: []configuredValues{}}
	c, err := checkedConfiguration(cmd, s)
	if err != nil {
		return doc, &usageError{err: err}
	}
	doc.Profile = c.Profile
	if c.File != nil {
		doc.File = c.File.Path
	}
	commands := configuredCommands(newRoot(s))
	for _, known := range commands {
		if name != "" && known.Name != name {
			continue
		}
		settings, err := c.Resolve(known)
		if err != nil {
			return doc, &usageError{err: err}
		}
		values := valuesOf(settings, name != "")
		if len(values) > 0 || name != "" {
			doc.Commands = append(doc.Commands, configuredValues{known.Name, values})
		}
	}
	if name != "" && len(doc.Commands) == 0 {
		hint := spelling.Hint(name, config.CommandNames(commands), "twilio2acs config show ", "see twilio2acs --help")
		return doc, usagef(hint, "%q is no command that can be configured", name)
	}
	doc.Secrets = secretStates()
	return doc, nil
}

// valuesOf are settings as they are shown: all of them, or those that somebody made.
func valuesOf(settings []config.Setting, all bool) []configuredValue {
	values := []configuredValue{}
	for _, s := range settings {
		if all || s.Origin != config.FromDefault {
			values = append(values, configuredValue{s.Flag.Name, withoutSignatures(s.Values), s.Origin})
		}
	}
	return values
}

// withoutSignatures are values without the queries of URLs, which may be signed.
func withoutSignatures(values []string) []string {
	shown := slices.Clone(values)
	for i, v := range shown {
		if head, _, ok := strings.Cut(v, "?"); ok && strings.Contains(head, "://") {
			shown[i] = head + "?…"
		}
	}
	return shown
}

func secretStates() []secretState {
	var states []secretState
	for _, name := range config.SecretVariables {
		state := secretState{Name: name}
		switch {
		case os.Getenv(name) != "":
			state.Set, state.Origin = true, "environment"
		case os.Getenv(name+"_FILE") != "":
			state.Set, state.Origin = true, os.Getenv(name+"_FILE")
		}
		states = append(states, state)
	}
	return states
}

func (d configDocument) write(t *textWriter) {
	if d.File == "" {
		t.printf("no configuration file\n")
	} else {
		t.printf("file %s\n", d.File)
	}
	if d.Profile != "" {
		t.printf("profile %s\n", d.Profile)
	}
	for _, c := range d.Commands {
		t.printf("\n%s\n", c.Command)
		for _, v := range c.Settings {
			t.printf("  %-22s %-24q %s\n", v.Flag, strings.Join(v.Values, ","), v.Origin)
		}
	}
	t.printf("\nsecrets\n")
	for _, s := range d.Secrets {
		state := "not set"
		if s.Set {
			state = "set, " + s.Origin
		}
		t.printf("  %-32s %s\n", s.Name, state)
	}
}

// secret is what the environment has under name, itself or through a file.
func secret(name string) (string, error) {
	value, err := config.Secret(name, os.Getenv)
	if err != nil {
		return "", &usageError{err: err}
	}
	return value, nil
}
