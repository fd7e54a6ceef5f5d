package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"
)

// FileName is what a configuration is called where nobody names one.
const FileName = "twilio2acs.yaml"

// maxFile bounds a configuration file, in bytes. One with every flag in ten
// profiles has a hundredth of it.
const maxFile = 1 << 20

// A File is a configuration file that was read. A nil File sets nothing.
type File struct {
	Path     string
	profiles map[string]bool
	settings []setting
}

// setting is one line of a file: what flag of which command it sets.
type setting struct {
	profile string // empty: whichever is chosen
	command string // empty: each one that has such a flag
	flag    string
	values  []string
	line    int
}

// Find is the path of the configuration that holds where nobody names one: here,
// else in the user's folder for configurations, else none: an empty path.
func Find() string {
	places := []string{FileName}
	if dir, err := os.UserConfigDir(); err == nil {
		places = append(places, filepath.Join(dir, "twilio2acs", FileName))
	}
	for _, path := range places {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

// ReadFile reads the file of that path and checks it against all commands: every
// word must be known and every value one that its flag takes. The values of the
// flags of commands are used up in doing so. An empty path gives a nil File.
func ReadFile(path string, commands []Command) (*File, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if len(text) > maxFile {
		return nil, &Mistake{Where: path, Problem: fmt.Sprintf("is longer than %d bytes", maxFile)}
	}
	return Parse(path, text, commands)
}

// Parse is ReadFile for the text of a file that is called path.
func Parse(path string, text []byte, commands []Command) (*File, error) {
	var document, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) { // nothing but comments
		return &File{Path: path}, nil
	} else if err != nil {
		return nil, &Mistake{Where: path, Problem: err.Error(), Remedy: "a configuration is YAML; twilio2acs init writes one to begin with"}
	}
	p := &parser{file: &File{Path: path, profiles: map[string]bool{}}, commands: commands}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, p.mistake(&more, "there is more than one document", "keep one; what differs between them can be profiles")
	}
	if err := p.root(document.Content[0]); err != nil {
		return nil, err
	}
	return p.file, nil
}

// Profiles are the names of the profiles in f, sorted.
func (f *File) Profiles() []string {
	if f == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(f.profiles))
}
