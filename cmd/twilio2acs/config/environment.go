package config

import (
	"encoding/csv"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/spelling"
)

// envPrefix begins the environment variables that set flags.
const envPrefix = "TWILIO2ACS_"

// Variable is the environment variable that sets the flag of that name.
func Variable(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// shellVariables are those that shell completion, which is cobra's, reads under
// our prefix.
var shellVariables = []string{envPrefix + "ACTIVE_HELP", envPrefix + "COMPLETION_DESCRIPTIONS"}

// CheckEnvironment finds a variable in environ, of lines as os.Environ gives them,
// that is named like one of ours and sets no flag of any of commands: somebody
// counts on it, and it would do nothing. An empty variable is none.
func CheckEnvironment(environ []string, commands []Command) error {
	known := []string{Variable(FileFlag), Variable(ProfileFlag)}
	for _, name := range flagNames(commands) {
		known = append(known, Variable(name))
	}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if value == "" || !strings.HasPrefix(name, envPrefix) || slices.Contains(known, name) || slices.Contains(shellVariables, name) {
			continue
		}
		return &Mistake{
			Where:   name,
			Problem: "no flag is called that",
			Remedy:  spelling.Hint(name, known, "", "unset it; a flag such as --media-url-template is "+Variable("media-url-template")),
		}
	}
	return nil
}

func (c Configuration) envLayer(cmd Command) (layer, error) {
	l := layer{}
	if c.Env == nil {
		return l, nil
	}
	var err error
	cmd.each(func(f *pflag.Flag) {
		name := Variable(f.Name)
		if text := c.Env(name); text != "" && err == nil {
			var values []string
			if values, err = split(f, text); err != nil {
				err = &Mistake{Where: name, Problem: err.Error(), Remedy: "several values are separated by commas"}
			}
			l.add(f.Name, values, "environment "+name)
		}
	})
	return l, err
}

// split are the values that text stands for on the command line.
func split(f *pflag.Flag, text string) ([]string, error) {
	if f.Value.Type() != "stringSlice" {
		return []string{text}, nil
	}
	return csv.NewReader(strings.NewReader(text)).Read()
}
