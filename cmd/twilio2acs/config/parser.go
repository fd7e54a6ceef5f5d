package config

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/spelling"
)

// The words of a file that are no flags.
const (
	commandsWord = "commands"
	profilesWord = "profiles"
)

// parser reads one file.
type parser struct {
	file     *File
	commands []Command
}

func (p *parser) mistake(at *yaml.Node, problem, remedy string) error {
	return &Mistake{Where: fmt.Sprintf("%s:%d", p.file.Path, at.Line), Problem: problem, Remedy: remedy}
}

// root reads the whole of a file.
func (p *parser) root(node *yaml.Node) error {
	return p.pairs(node, "the file", func(key, value *yaml.Node) error {
		if key.Value == profilesWord {
			return p.pairs(value, profilesWord, p.profile)
		}
		return p.section("", key, value)
	})
}

func (p *parser) profile(key, value *yaml.Node) error {
	p.file.profiles[key.Value] = true
	return p.pairs(value, "profile "+key.Value, func(k, v *yaml.Node) error {
		return p.section(key.Value, k, v)
	})
}

// section reads one entry of a profile, or of the file outside all of them.
func (p *parser) section(profile string, key, value *yaml.Node) error {
	if key.Value == commandsWord {
		return p.pairs(value, commandsWord, func(k, v *yaml.Node) error { return p.command(profile, k, v) })
	}
	takers := slices.DeleteFunc(slices.Clone(p.commands), func(c Command) bool { return c.flag(key.Value) == nil })
	known := append(flagNames(p.commands), commandsWord)
	if profile == "" {
		known = append(known, profilesWord)
	}
	return p.setting(setting{profile: profile, flag: key.Value}, key, value, takers, known)
}

func (p *parser) command(profile string, key, value *yaml.Node) error {
	c, ok := find(p.commands, key.Value)
	if !ok {
		return p.mistake(key, fmt.Sprintf("unknown command %q", key.Value), spelling.Hint(key.Value, CommandNames(p.commands), "", "see twilio2acs --help"))
	}
	return p.pairs(value, c.Name, func(k, v *yaml.Node) error {
		var takers []Command
		if c.flag(k.Value) != nil {
			takers = append(takers, c)
		}
		return p.setting(setting{profile: profile, command: c.Name, flag: k.Value}, k, v, takers, flagNames([]Command{c}))
	})
}

// setting notes s, whose value at least one of takers must take.
func (p *parser) setting(s setting, key, value *yaml.Node, takers []Command, known []string) error {
	if secret := secretNamed(key.Value); secret != "" {
		return p.mistake(key, "a secret has no place in a configuration file",
			"remove it from the file and set "+secret+" in the environment, or name a file that holds it in "+secret+fileSuffix)
	}
	if len(takers) == 0 {
		return p.mistake(key, fmt.Sprintf("unknown key %q", key.Value), spelling.Hint(key.Value, known, "", "see twilio2acs config schema"))
	}
	values, places, err := p.values(value)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(values, holdsSecret) {
		return p.mistake(value, fmt.Sprintf("the value of %s holds a secret, which has no place in a configuration file", key.Value),
			"set the connection string in the environment")
	}
	s.values, s.line = values, key.Line
	if err := accepted(takers, s.flag, values); err != nil {
		var one interface{ Item() int } // of several values
		if errors.As(err, &one) {
			value = places[one.Item()]
		}
		return p.mistake(value, fmt.Sprintf("%s: %v", key.Value, err), "see twilio2acs "+explaining(takers)+" --help")
	}
	p.file.settings = append(p.file.settings, s)
	return nil
}

// explaining is the command whose help people look at for a flag that several take.
func explaining(commands []Command) string {
	for _, c := range commands {
		if c.Name == "run" {
			return c.Name
		}
	}
	return commands[0].Name
}

// accepted is why none of commands takes values for its flag of that name.
func accepted(commands []Command, name string, values []string) error {
	var first error
	for _, c := range commands {
		err := set(c.flag(name), values)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// set gives f values, as the command line would.
func set(f *pflag.Flag, values []string) error {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.Replace(values)
	}
	if len(values) != 1 {
		return fmt.Errorf("takes one value, not %d", len(values))
	}
	return f.Value.Set(values[0])
}

// values are those of a flag: one word, a list of them, or names with a word each.
// Places are where each of them stands.
func (p *parser) values(node *yaml.Node) (values []string, places []*yaml.Node, err error) {
	node = target(node)
	add := func(name string, at *yaml.Node) error {
		word, err := p.word(target(at))
		if err == nil {
			values, places = append(values, name+word), append(places, at)
		}
		return err
	}
	switch node.Kind {
	case yaml.ScalarNode:
		err = add("", node)
	case yaml.SequenceNode:
		values = []string{}
		for _, item := range node.Content {
			if err = add("", item); err != nil {
				break
			}
		}
	default:
		values = []string{}
		err = p.pairs(node, "it", func(k, v *yaml.Node) error { return add(k.Value+"=", v) })
	}
	return values, places, err
}

func (p *parser) word(node *yaml.Node) (string, error) {
	if node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		return "", p.mistake(node, "a single value is wanted here", "leave the key out to keep its default")
	}
	return node.Value, nil
}

// pairs calls visit with each key of a mapping and its value. A key may stand there
// only once.
func (p *parser) pairs(node *yaml.Node, what string, visit func(key, value *yaml.Node) error) error {
	node = target(node)
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return nil // empty
	}
	if node.Kind != yaml.MappingNode {
		return p.mistake(node, what+" must have keys with values", "write key: value")
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			return p.mistake(key, "a key must be a single word", "")
		}
		if line, again := seen[key.Value]; again {
			return p.mistake(key, fmt.Sprintf("%q stands in line %d already", key.Value, line), "keep one of them")
		}
		seen[key.Value] = key.Line
		if err := visit(key, value); err != nil {
			return err
		}
	}
	return nil
}

// target is the node that an alias stands for.
func target(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}
