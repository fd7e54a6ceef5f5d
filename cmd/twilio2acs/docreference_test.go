package main

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// The README knows every command, every flag and every exit code.
func TestReadmeIsComplete(t *testing.T) {
	readme := read(t, "../../README.md")
	for cmd := range commandsBelow(program()) {
		name := commandName(cmd)
		if !cmd.HasSubCommands() && !cmd.Hidden && !strings.Contains(readme, "`"+name) {
			t.Errorf("README does not name the command %s", name)
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !strings.Contains(readme, "--"+f.Name) {
				t.Errorf("README does not name --%s of %s", f.Name, name)
			}
		})
	}
	explained := codesOf(readme)
	for _, e := range exitMeanings {
		if !explained[e.code] {
			t.Errorf("README does not explain exit code %d (%s)", e.code, e.meaning)
		}
	}
}
