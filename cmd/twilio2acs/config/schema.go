package config

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// object is a part of a JSON Schema.
type object map[string]any

// Schema is the JSON Schema (draft 2020-12) of a configuration file for commands,
// by which editors complete it.
func Schema(commands []Command) ([]byte, error) {
	own := sections(commands)
	root := object{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "twilio2acs configuration",
		"$defs":   object{"profile": closed(own)},
	}
	for word, part := range closed(own) {
		root[word] = part
	}
	properties := object{profilesWord: object{
		"description":          "named sets of values, chosen with --profile",
		"type":                 []string{"object", "null"},
		"additionalProperties": object{"$ref": "#/$defs/profile"},
	}}
	for name, part := range own {
		properties[name] = part
	}
	root["properties"] = properties
	return json.MarshalIndent(root, "", "  ")
}

// sections are what stands in a profile, and in the file outside all of them.
func sections(commands []Command) object {
	properties, perCommand := object{}, object{}
	for _, c := range commands {
		flags := object{}
		c.each(func(f *pflag.Flag) {
			flags[f.Name] = flagSchema(f)
			properties[f.Name] = either(properties[f.Name], flags[f.Name].(object))
		})
		perCommand[c.Name] = closed(flags)
	}
	commandsPart := closed(perCommand)
	commandsPart["description"] = "values for single commands"
	properties[commandsWord] = commandsPart
	return properties
}

// closed is an object with these properties and no others, or nothing.
func closed(properties object) object {
	return object{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
}

// either is what fits one of two flags that share a name.
func either(have any, more object) object {
	if have == nil {
		return more
	}
	first := have.(object)
	if equal(first, more) {
		return first
	}
	choices, ok := first["anyOf"].([]object)
	if !ok {
		choices = []object{first}
	}
	if slices.ContainsFunc(choices, func(o object) bool { return equal(o, more) }) {
		return first
	}
	return object{"anyOf": append(slices.Clone(choices), more)}
}

func equal(a, b object) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// flagSchema is what may stand as the value of f.
func flagSchema(f *pflag.Flag) object {
	_, usage := pflag.UnquoteUsage(f)
	o := object{"description": usage}
	if _, list := f.Value.(pflag.SliceValue); list {
		scalar := []string{"string", "number", "boolean"}
		o["anyOf"] = []object{
			{"type": scalar},
			{"type": "array", "items": object{"type": scalar}},
			{"type": "object", "additionalProperties": object{"type": scalar}},
		}
		return o
	}
	switch kind := f.Value.Type(); {
	case kind == "bool":
		o["type"] = "boolean"
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"):
		o["type"] = "integer"
	case strings.HasPrefix(kind, "float"):
		o["type"] = "number"
	case strings.Contains(kind, "|"):
		o["enum"] = strings.Split(kind, "|")
	default:
		o["type"] = []string{"string", "number", "boolean"}
	}
	if kind := o["type"]; kind == "boolean" || kind == "integer" || kind == "number" {
		o["default"] = json.RawMessage(f.DefValue)
	}
	return o
}
