package config

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// Template is a configuration file to begin with: what is answered is set, and
// every other flag that main has stands there as a comment with its default.
func Template(main Command, answers map[string]string) string {
	var b strings.Builder
	b.WriteString(`# What the flags of twilio2acs are when the command line does not say.
# Nearer wins: flag, environment (TWILIO2ACS_…), profile, this file, default.
# twilio2acs config show tells what is in force, and where it comes from.
#
# Secrets never stand here. Set TWILIO_AUTH_TOKEN or TWILIO_API_SECRET,
# ACS_CONNECTION_STRING and AZURE_STORAGE_CONNECTION_STRING in the environment, or
# name files that hold them in TWILIO_AUTH_TOKEN_FILE and so on.
`)
	main.each(func(f *pflag.Flag) {
		_, usage := pflag.UnquoteUsage(f)
		fmt.Fprintf(&b, "\n# %s\n", strings.ReplaceAll(usage, "\n", "\n# "))
		if value, ok := answers[f.Name]; ok {
			fmt.Fprintf(&b, "%s: %s\n", f.Name, scalar(value))
		} else {
			fmt.Fprintf(&b, "# %s: %s\n", f.Name, initial(f))
		}
	})
	b.WriteString(`
# Values for single commands.
# commands:
#   verify:
#     verbose: true

# Sets of values by name: --profile rehearsal
# profiles:
#   rehearsal:
#     dest: local:rehearsal
`)
	return b.String()
}

// initial is the default of f as YAML.
func initial(f *pflag.Flag) string {
	if _, list := f.Value.(pflag.SliceValue); list {
		return "[]"
	}
	switch f.Value.Type() {
	case "bool", "int", "int64", "uint", "float64":
		return f.DefValue
	}
	return scalar(f.DefValue)
}

// scalar is value as YAML, quoted where that is needed.
func scalar(value string) string {
	text, err := yaml.Marshal(value)
	if err != nil {
		return fmt.Sprintf("%q", value)
	}
	return strings.TrimSpace(string(text))
}
