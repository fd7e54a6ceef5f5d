package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/config"
)

// withConfiguration lets every command below root take the values of its flags from
// the configuration where the command line does not say.
func withConfiguration(root *cobra.Command, s *streams) {
	f := root.PersistentFlags()
	f.String(config.FileFlag, "", "take flags that are not given from this YAML `file` (default: "+config.FileName+" here or in the user's configuration folder)")
	f.String(config.ProfileFlag, "", "use the profile of this `name` in the configuration file")
	offer := func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		c, err := configuration(cmd, s)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return c.File.Profiles(), cobra.ShellCompDirectiveNoFileComp
	}
	if err := root.RegisterFlagCompletionFunc(config.ProfileFlag, offer); err != nil {
		panic(err) // the flag is there: it was added above
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if !isConfigurable(cmd) {
			return nil
		}
		c, err := checkedConfiguration(cmd, s)
		if err != nil {
			return err
		}
		for _, path := range config.Exposed(os.Getenv) {
			fmt.Fprintf(s.err, "warning: others can read %s, which holds a secret: chmod 600 it\n", path)
		}
		return c.Apply(configured(cmd))
	}
}

// configuration is what holds for cmd beside its command line. The profile is not
// looked for.
func configuration(cmd *cobra.Command, s *streams) (config.Configuration, error) {
	c := config.Configuration{Env: os.Getenv, Profile: globalFlag(cmd, config.ProfileFlag)}
	path := globalFlag(cmd, config.FileFlag)
	if path == "" {
		path = config.Find()
	}
	var err error
	c.File, err = config.ReadFile(path, configuredCommands(newRoot(s)))
	return c, err
}

// checkedConfiguration is configuration with nothing in it, or in the environment,
// that nobody can have meant.
func checkedConfiguration(cmd *cobra.Command, s *streams) (config.Configuration, error) {
	c, err := configuration(cmd, s)
	if err != nil {
		return c, err
	}
	return c, cmp.Or(c.Check(), config.CheckEnvironment(os.Environ(), configuredCommands(newRoot(s))))
}

// globalFlag is the value of a flag that every command has, else of its variable.
func globalFlag(cmd *cobra.Command, name string) string {
	if f := cmd.Flag(name); f != nil && f.Changed {
		return f.Value.String()
	}
	return os.Getenv(config.Variable(name))
}

// isConfigurable reports whether a file has anything to say of cmd. What explains,
// completes or configures the program works with a configuration that does not.
func isConfigurable(cmd *cobra.Command) bool {
	first, _, _ := strings.Cut(commandName(cmd), " ")
	return first != "" && !slices.Contains([]string{"help", "completion", "config", "init", "man"}, first) &&
		!strings.HasPrefix(first, "__") && !cmd.HasSubCommands()
}

// configured is cmd for the configuration.
func configured(cmd *cobra.Command) config.Command {
	return config.Command{Name: commandName(cmd), Flags: cmd.LocalNonPersistentFlags()}
}

// configuredCommands are all commands below cmd that can be configured.
func configuredCommands(cmd *cobra.Command) []config.Command {
	var list []config.Command
	if isConfigurable(cmd) {
		list = append(list, configured(cmd))
	}
	for _, child := range cmd.Commands() {
		list = append(list, configuredCommands(child)...)
	}
	return list
}
