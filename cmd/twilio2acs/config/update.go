package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Change is what a flag is to stand at in a file; an empty value takes it out.
type Change struct{ Flag, Value string }

// Update makes changes in the text of the file called path: in a profile, or outside
// all of them where profile is empty. Everything else in it stays as it is, letter by
// letter; lines that are new stand below a comment. The result is a file that
// Parse takes for these commands.
//
// What is written in a way that cannot be changed line by line is a *Mistake whose
// hint has the lines to write by hand.
func Update(path string, text []byte, profile string, changes []Change, comment string, commands []Command) ([]byte, error) {
	u := &update{path: path, comment: comment, changes: changes}
	if text = bytes.TrimRight(text, "\n"); len(text) > 0 {
		u.lines = strings.Split(string(text), "\n")
	}
	if err := u.apply(text, profile); err != nil {
		return nil, err
	}
	lines := slices.DeleteFunc(u.lines, func(line string) bool { return line == deleted })
	out := []byte(strings.Join(lines, "\n") + "\n")
	file, err := Parse(path, out, commands)
	if err != nil {
		return nil, u.byHand(err.Error())
	}
	for _, c := range changes {
		if got := file.says(profile, c.Flag); got != c.Value {
			return nil, u.byHand(fmt.Sprintf("%s would be %q", c.Flag, got))
		}
	}
	return out, nil
}

// says is what a profile, or the file outside all of them, says of a flag for every
// command; empty for nothing.
func (f *File) says(profile, flag string) string {
	for _, s := range f.settings {
		if s.profile == profile && s.command == "" && s.flag == flag {
			return strings.Join(s.values, ",")
		}
	}
	return ""
}

// deleted marks a line that is to go. No line of a text has a line end in it.
const deleted = "\n"

// update is the work on one file.
type update struct {
	path, comment string
	changes       []Change
	lines         []string
}

// byHand is the mistake of a file that somebody has to change.
func (u *update) byHand(problem string) error {
	return &Mistake{Where: u.path, Problem: "it cannot be changed by itself: " + problem, Remedy: "write into it: " + strings.Join(u.wanted(""), ", ")}
}

// wanted are the lines of all changes, indented.
func (u *update) wanted(indent string) []string {
	var lines []string
	for _, c := range u.changes {
		if c.Value != "" {
			lines = append(lines, indent+c.Flag+": "+plain(c.Value))
		}
	}
	return lines
}

// apply makes the changes in the lines.
func (u *update) apply(text []byte, profile string) error {
	var document yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return u.byHand(err.Error())
	}
	var root *yaml.Node // nil: nothing but comments
	if len(document.Content) > 0 && document.Content[0].Tag != "!!null" {
		root = document.Content[0]
	}
	if profile == "" {
		return u.changeIn(root, len(u.lines), "")
	}
	_, profiles := entry(root, profilesWord)
	key, section := entry(profiles, profile)
	if key == nil {
		return u.byHand(fmt.Sprintf("there is no profile %q", profile))
	}
	indent := strings.Repeat(" ", key.Column+1)
	if section.Kind == yaml.ScalarNode && section.Tag == "!!null" {
		return u.changeIn(nil, key.Line, indent)
	}
	if len(section.Content) > 0 {
		indent = strings.Repeat(" ", section.Content[0].Column-1)
	}
	return u.changeIn(section, lastLine(section), indent)
}

// changeIn makes the changes in the keys of a mapping; what is new is added after the
// line of that number.
func (u *update) changeIn(section *yaml.Node, end int, indent string) error {
	if section != nil && (section.Kind != yaml.MappingNode || section.Style&yaml.FlowStyle != 0) {
		return u.byHand(fmt.Sprintf("line %d is no list of keys below each other", section.Line))
	}
	added := []string{indent + "# " + u.comment}
	for _, c := range u.changes {
		line := indent + c.Flag + ": " + plain(c.Value)
		key, value := entry(section, c.Flag)
		switch {
		case key == nil && c.Value != "":
			added = append(added, line)
		case key == nil:
		case value.Kind != yaml.ScalarNode || value.Line != key.Line || value.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
			return u.byHand(fmt.Sprintf("line %d has more than one value", key.Line))
		case c.Value == "":
			u.lines[key.Line-1] = deleted
		default:
			u.lines[key.Line-1] = strings.TrimRight(line+" "+value.LineComment, " ")
		}
	}
	if len(added) > 1 {
		u.lines = slices.Insert(u.lines, end, added...)
	}
	return nil
}

// entry is the key of that name in a mapping with its value; nil where there is none.
func entry(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return mapping.Content[i], mapping.Content[i+1]
		}
	}
	return nil, nil
}

// lastLine is the last line on which something of node begins.
func lastLine(node *yaml.Node) int {
	last := node.Line
	for _, child := range node.Content {
		last = max(last, lastLine(child))
	}
	return last
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9.]+$`)

// plain is value as YAML, without quotes where it is a plain word or number: all
// values of flags are taken as they are written.
func plain(value string) string {
	if plainWord.MatchString(value) {
		return value
	}
	return scalar(value)
}
