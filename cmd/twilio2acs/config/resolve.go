package config

import (
	"fmt"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/spelling"
)

// Origins that are no places in a file and no variables.
const (
	FromDefault = "default"
	FromFlag    = "flag"
)

// A Setting is a flag of a command with what is in force for it.
type Setting struct {
	Flag   *pflag.Flag
	Values []string // of a list several, else one
	Origin string   // FromDefault, FromFlag, "environment TWILIO2ACS_…", "FILE:LINE" or "FILE:LINE (profile …)"
}

// Configuration is what holds beside the command line. Its zero value is nothing.
type Configuration struct {
	File    *File
	Profile string
	Env     func(string) string // nil: no environment
}

// Check says whether the profile that was chosen is there.
func (c Configuration) Check() error {
	if c.Profile == "" || c.File != nil && c.File.profiles[c.Profile] {
		return nil
	}
	if c.File == nil {
		return &Mistake{Where: "--" + ProfileFlag, Problem: fmt.Sprintf("there is no profile %q without a configuration file", c.Profile), Remedy: "name the file with --" + FileFlag + ", or write one with twilio2acs init"}
	}
	return &Mistake{Where: c.File.Path, Problem: fmt.Sprintf("unknown profile %q", c.Profile), Remedy: spelling.Hint(c.Profile, c.File.Profiles(), "", "name one of the profiles in the file")}
}

// layer is what one place says of a command, by flag.
type layer map[string]any

func (l layer) add(flag string, values []string, origin string) {
	l[flag] = map[string]any{"values": values, "origin": origin}
}

// layers are the places that say something of cmd, the nearest last.
func (c Configuration) layers(cmd Command) ([]layer, error) {
	var all []layer
	if c.File != nil {
		all = append(all, c.fileLayer(cmd, "", ""), c.fileLayer(cmd, "", cmd.Name))
		if c.Profile != "" {
			all = append(all, c.fileLayer(cmd, c.Profile, ""), c.fileLayer(cmd, c.Profile, cmd.Name))
		}
	}
	env, err := c.envLayer(cmd)
	return append(all, env), err
}

func (c Configuration) fileLayer(cmd Command, profile, command string) layer {
	l := layer{}
	for _, s := range c.File.settings {
		if s.profile != profile || s.command != command || cmd.flag(s.flag) == nil {
			continue
		}
		origin := fmt.Sprintf("%s:%d", c.File.Path, s.line)
		if profile != "" {
			origin += " (profile " + profile + ")"
		}
		l.add(s.flag, s.values, origin)
	}
	return l
}

// Resolve is what holds for each flag of cmd. The flags keep the values they have.
func (c Configuration) Resolve(cmd Command) ([]Setting, error) {
	layers, err := c.layers(cmd)
	if err != nil {
		return nil, err
	}
	k := koanf.New(".")
	for _, l := range layers {
		if err := k.Load(confmap.Provider(l, ""), nil); err != nil {
			return nil, fmt.Errorf("merge configuration: %w", err)
		}
	}
	var settings []Setting
	cmd.each(func(f *pflag.Flag) {
		s := Setting{Flag: f, Values: k.Strings(f.Name + ".values"), Origin: k.String(f.Name + ".origin")}
		switch {
		case f.Changed:
			s.Values, s.Origin = current(f), FromFlag
		case s.Origin == "":
			s.Values, s.Origin = current(f), FromDefault
		}
		settings = append(settings, s)
	})
	return settings, nil
}

// current is what f stands at.
func current(f *pflag.Flag) []string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	return []string{f.Value.String()}
}

// Apply gives the flags of cmd that the command line did not the values that hold
// for them, as if they stood there. They count as changed.
func (c Configuration) Apply(cmd Command) error {
	settings, err := c.Resolve(cmd)
	if err != nil {
		return err
	}
	for _, s := range settings {
		if s.Origin == FromDefault || s.Origin == FromFlag {
			continue
		}
		if err := set(s.Flag, s.Values); err != nil {
			return &Mistake{Where: s.Origin, Problem: fmt.Sprintf("%s: %v", s.Flag.Name, err), Remedy: "see twilio2acs " + cmd.Name + " --help"}
		}
		s.Flag.Changed = true
	}
	return nil
}
