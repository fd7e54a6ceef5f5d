package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/config"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/probe"
)

// keep writes settings into the configuration file, in the profile that was chosen.
// Where a ledger is bound to other sizes of messages than were found out, these are
// left as they are: the run that goes on would be refused.
func (e *examination) keep(settings []probe.Setting) (string, error) {
	began := map[string]config.Setting{}
	if fileExists(e.o.state.path) {
		var err error
		if began, err = e.o.probe.sizesInForce(); err != nil {
			return "", err
		}
	}
	var changes []config.Change
	var held []string
	for _, s := range settings {
		if before, bound := began[s.Flag]; bound && cmp.Or(s.Value, before.Flag.DefValue) != strings.Join(before.Values, ",") {
			held = append(held, s.Flag+"="+cmp.Or(s.Value, "default"))
		} else {
			changes = append(changes, config.Change(s))
		}
	}
	path, err := e.o.probe.write(changes)
	if err != nil {
		return "", err
	}
	told := path + ": answers are kept, see twilio2acs config show"
	if len(held) > 0 {
		return "", warning{withHint(fmt.Errorf("%s, but not %s: %s is bound to what it began with", told, strings.Join(held, ", "), e.o.state.path), "begin the next migration with these, and go on with this one as it is")}
	}
	return told, nil
}

// sizesInForce are the flags of a run that say how large messages may be, by name.
func (o *probeOptions) sizesInForce() (map[string]config.Setting, error) {
	i := slices.IndexFunc(o.commands, func(c config.Command) bool { return c.Name == "run" })
	settings, err := o.configuration.Resolve(o.commands[i])
	if err != nil {
		return nil, err
	}
	sizes := map[string]config.Setting{}
	for _, s := range settings {
		if strings.HasPrefix(s.Flag.Name, "message-") {
			sizes[s.Flag.Name] = s
		}
	}
	return sizes, nil
}

// write makes changes in the configuration file, and makes the file where there is
// none. It returns the path of it.
func (o *probeOptions) write(changes []config.Change) (string, error) {
	path := config.FileName
	if o.configuration.File != nil {
		path = o.configuration.File.Path
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // the file stays where the link leads
	}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read configuration: %w", err)
	}
	text, err = config.Update(path, text, o.configuration.Profile, changes, "found out by doctor --probe", o.commands)
	if err != nil {
		return "", err
	}
	f, err := newPendingFile(path, "--"+config.FileFlag)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.close() }() // commit has told what matters
	if info, err := os.Stat(path); err == nil {
		if err := f.file.Chmod(info.Mode().Perm()); err != nil {
			return "", fmt.Errorf("write configuration: %w", err)
		}
	}
	if _, err := f.Write(text); err != nil {
		return "", fmt.Errorf("write configuration: %w", err)
	}
	return path, f.commit()
}
