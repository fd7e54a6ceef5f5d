package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// Help shows each flag once, however it is divided.
func TestHelpShowsEachFlagOnce(t *testing.T) {
	divided := 0
	for cmd := range commandsBelow(program()) {
		cmd.InitDefaultHelpFlag()
		help := cmd.UsageString()
		if strings.Contains(help, "\nHow fast:\n") {
			divided++
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			row := regexp.MustCompile(`(?m)^ +(-\w, )?--` + regexp.QuoteMeta(f.Name) + `\b[^-]`)
			if n := len(row.FindAllString(help, -1)); !f.Hidden && n != 1 {
				t.Errorf("help of %s shows --%s %d times", commandName(cmd), f.Name, n)
			}
		})
	}
	if divided == 0 {
		t.Error("no help is divided")
	}
}

// What help has a place for is there.
func TestFlagSectionsNameFlags(t *testing.T) {
	for _, section := range flagSections {
		for _, name := range section.names {
			if len(commandsWith(program(), name)) == 0 {
				t.Errorf("%s: no command has a flag --%s", section.title, name)
			}
		}
	}
}
