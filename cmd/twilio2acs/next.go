package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// suggest is the command line of another command with the flags that this one
// was given, as far as the other knows them. What the configuration says, it says
// of the other one as well.
func suggest(cmd *cobra.Command, name string, extra ...string) string {
	other, _, err := cmd.Root().Find(strings.Fields(name))
	if err != nil {
		return ""
	}
	words := append([]string{cmd.Root().Name()}, strings.Fields(name)...)
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if other.Flag(f.Name) == nil || passing[f.Name] {
			return
		}
		for _, value := range flagValues(f) {
			words = append(words, "--"+f.Name)
			if f.NoOptDefVal == "" {
				words = append(words, shellWord(value))
			}
		}
	})
	return strings.Join(append(words, extra...), " ")
}

// passing are flags that were meant for one command line only.
var passing = map[string]bool{
	outputFlag: true, "progress": true, "verbose": true, "dry-run": true, "detailed-exitcode": true, "adopt-state": true,
	"quick": true, "resume": true, "yes": true, "frozen": true, "anew": true, "tolerate-writes": true,
}

// flagValues are the values of f as they can be given again. A URL may be signed:
// what follows its question mark is not repeated.
func flagValues(f *pflag.Flag) []string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		if f.Value.Type() == "stringArray" { // not split at commas, which may stand in a value
			return list.GetSlice()
		}
		return []string{strings.Join(list.GetSlice(), ",")}
	}
	value, _, signed := strings.Cut(f.Value.String(), "?")
	if signed && strings.Contains(value, "://") {
		return []string{value + "?…"}
	}
	return []string{f.Value.String()}
}

// shellWord quotes s for a shell where that is needed.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("-_./:,=@%+", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
