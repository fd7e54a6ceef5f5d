package config

import (
	"slices"

	"github.com/spf13/pflag"
)

// A Command is a command whose flags can be configured.
type Command struct {
	Name  string // without the program: "map export"
	Flags *pflag.FlagSet
}

// FileFlag and ProfileFlag are the flags that say which file and profile are meant.
// They cannot be set in the file itself.
const (
	FileFlag    = "config"
	ProfileFlag = "profile"
)

// configurable reports whether the file may set f.
func configurable(f *pflag.Flag) bool {
	return f.Name != "help" && f.Name != FileFlag && f.Name != ProfileFlag && !f.Hidden
}

// flag is the configurable flag of c with that name; nil for none.
func (c Command) flag(name string) *pflag.Flag {
	if f := c.Flags.Lookup(name); f != nil && configurable(f) {
		return f
	}
	return nil
}

// each calls visit with each configurable flag of c, in the order of its help.
func (c Command) each(visit func(*pflag.Flag)) {
	c.Flags.VisitAll(func(f *pflag.Flag) {
		if configurable(f) {
			visit(f)
		}
	})
}

// find is the command of that name.
func find(commands []Command, name string) (Command, bool) {
	i := slices.IndexFunc(commands, func(c Command) bool { return c.Name == name })
	if i < 0 {
		return Command{}, false
	}
	return commands[i], true
}

// flagNames are the names of all configurable flags of commands, sorted.
func flagNames(commands []Command) []string {
	var names []string
	for _, c := range commands {
		c.each(func(f *pflag.Flag) { names = append(names, f.Name) })
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// CommandNames are the names of commands, in their order.
func CommandNames(commands []Command) []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	return names
}
