package identities

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A Line is a row as it was read, with where it stands.
type Line struct {
	Row
	Number int // of the line in the file, from 1
	// Masked says that the identity is not shown, so that nobody knows whose row it is.
	Masked bool
}

// mask is what stands in a name of which a part is not shown.
const mask = "••"

// maxTable bounds the size of a table, in bytes: people are held in memory.
const maxTable = 1 << 30

// Read reads a table, the columns in any order; those that are not to be edited may
// be missing, but for service, kind and identity. Spreadsheets write a mark in
// front, or semicolons between the cells: both are understood. Every other mistake
// is in the error, which is a *Mistakes then.
func Read(file string, r io.Reader) ([]Line, error) {
	in := bufio.NewReader(io.LimitReader(r, maxTable))
	if mark, _ := in.Peek(3); string(mark) == "\uFEFF" {
		_, _ = in.Discard(len(mark)) // they were peeked at
	}
	table := csv.NewReader(in)
	table.Comma = separator(in)
	table.FieldsPerRecord = -1
	t := &reader{csv: table}
	if err := t.readHeadings(); err != nil {
		return nil, readError(file, err)
	}
	var lines []Line
	for {
		cells, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, readError(file, err)
		}
		lines = append(lines, t.line(cells))
	}
	if len(t.mistakes) > 0 {
		return nil, &Mistakes{file, t.mistakes}
	}
	return lines, nil
}

// readError makes an error of what is no table at all.
func readError(file string, err error) error {
	var syntax *csv.ParseError
	var mistake *headingError
	switch {
	case errors.As(err, &syntax):
		return &Mistakes{file, []Mistake{{syntax.Line, "", fmt.Sprintf("at character %d: %v", syntax.Column, syntax.Err)}}}
	case errors.As(err, &mistake):
		return &Mistakes{file, []Mistake{{1, mistake.column, mistake.problem}}}
	}
	return fmt.Errorf("read %s: %w", file, err)
}

// separator is what stands between the cells of the first line.
func separator(in *bufio.Reader) rune {
	start, _ := in.Peek(1024)
	first, _, _ := strings.Cut(string(start), "\n")
	for _, r := range []rune{';', '\t'} {
		if strings.ContainsRune(first, r) && !strings.ContainsRune(first, ',') {
			return r
		}
	}
	return ','
}

// reader reads one table.
type reader struct {
	csv      *csv.Reader
	at       map[string]int // where columns are
	mistakes []Mistake
	number   int // of the line at hand
}

type headingError struct{ column, problem string }

func (e *headingError) Error() string { return e.problem }

func (t *reader) readHeadings() error {
	headings, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return &headingError{"", "the file is empty"}
	}
	if err != nil {
		return err
	}
	t.at = make(map[string]int, len(headings))
	for i, name := range headings {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, again := t.at[name]; again {
			return &headingError{name, "the heading stands there twice"}
		}
		if !slices.Contains(columns, name) {
			return &headingError{name, "there is no such column; there are " + strings.Join(columns, ", ")}
		}
		t.at[name] = i
	}
	for _, name := range []string{columnService, columnKind, columnIdentity} {
		if _, there := t.at[name]; !there {
			return &headingError{name, "the column is missing: without it nobody knows whose line it is"}
		}
	}
	return nil
}

// kinds are those of people who can be decided about.
var kinds = []mapping.PersonKind{mapping.PersonUser, mapping.PersonPlaceholder, mapping.PersonFormer, mapping.PersonAuthor}

var actions = []mapping.PersonAction{"", mapping.ActionUse, mapping.ActionMerge, mapping.ActionDrop, mapping.ActionAnonymise}

// line reads one row.
func (t *reader) line(cells []string) Line {
	t.number, _ = t.csv.FieldPos(0)
	cell := func(column string) string {
		i, there := t.at[column]
		if !there || i >= len(cells) {
			return ""
		}
		if !utf8.ValidString(cells[i]) {
			t.wrong(column, "it is not UTF-8: save the file as CSV UTF-8")
		}
		return Unguard(cells[i])
	}
	trimmed := func(column string) string { return strings.TrimSpace(cell(column)) }
	key := mapping.PersonKey{Kind: mapping.PersonKind(trimmed(columnKind)), Service: mapping.ServiceSID(trimmed(columnService)), Name: cell(columnIdentity)}
	l := Line{Number: t.number, Masked: strings.Contains(key.Name, mask), Row: Row{
		Key: key, FriendlyName: cell(columnFriendlyName), ACSID: mapping.CommunicationUserID(trimmed(columnACSID)),
		Action: mapping.PersonAction(strings.ToLower(trimmed(columnAction))), Name: trimmed(columnName),
	}}
	if l.Action == actionCreate {
		l.Action = ""
	}
	for name := range strings.SplitSeq(cell(columnAlsoCalled), namesBetween) {
		if name = strings.TrimSpace(name); name != "" {
			l.AlsoCalled = append(l.AlsoCalled, name)
		}
	}
	t.takeSameAs(&l, cell(columnSameAs))
	if l.ACSID != "" && l.Action == mapping.ActionUse && !communicationUser.MatchString(string(l.ACSID)) {
		t.wrong(columnACSID, "it is no communication user, which looks like 8:acs:RESOURCE_USER")
	}
	t.check(l)
	return l
}

// communicationUser is what the ID of one looks like: the resource and the user.
var communicationUser = regexp.MustCompile(`^8:acs:[0-9A-Za-z-]+_[0-9A-Za-z-]+$`)

func (t *reader) takeSameAs(l *Line, cell string) {
	if strings.TrimSpace(cell) == "" {
		return
	}
	service, name, ok := strings.Cut(cell, "/")
	if !ok || service == "" || name == "" {
		t.wrong(columnSameAs, "it is not like SERVICE/identity")
		return
	}
	l.SameAs = mapping.PersonKey{Kind: l.Key.Kind, Service: mapping.ServiceSID(strings.TrimSpace(service)), Name: name}
}

// check refuses what one line alone shows to be wrong.
func (t *reader) check(l Line) {
	decided := l.Action != "" || l.Name != "" || l.SameAs != (mapping.PersonKey{})
	person := l.Key.Kind == mapping.PersonUser || l.Key.Kind == mapping.PersonPlaceholder
	switch {
	case !slices.Contains(kinds, l.Key.Kind):
		t.wrong(columnKind, fmt.Sprintf("%q is none of %q", l.Key.Kind, kinds))
	case l.Key.Service == "":
		t.wrong(columnService, "it is empty")
	case l.Key.Name == "" && decided:
		t.wrong(columnIdentity, "it is empty: nothing can be decided about nobody")
	case !slices.Contains(actions, l.Action):
		t.wrong(columnAction, fmt.Sprintf("%q is none of create, use, merge, drop, anonymise", l.Action))
	case l.Masked && decided:
		t.wrong(columnIdentity, "the address is masked, so that nobody knows whose it is: export with --addresses keep")
	case l.Action == mapping.ActionUse && l.ACSID == "":
		t.wrong(columnACSID, "it is empty: use needs the ACS user to use")
	case l.Action == mapping.ActionMerge && l.SameAs == (mapping.PersonKey{}):
		t.wrong(columnSameAs, "it is empty: merge needs whom to merge with, as SERVICE/identity")
	case l.Action != mapping.ActionMerge && l.SameAs != (mapping.PersonKey{}):
		t.wrong(columnAction, "it is not merge, but same_as names somebody")
	case (l.Action == mapping.ActionUse || l.Action == mapping.ActionMerge) && !person:
		t.wrong(columnAction, fmt.Sprintf("%s is for a user or a placeholder, not for a %s", l.Action, l.Key.Kind))
	case l.Name != "" && l.Action.Erases():
		t.wrong(columnName, fmt.Sprintf("whom %s concerns has no name", l.Action))
	case l.Name != "" && l.Key.Kind == mapping.PersonAuthor:
		t.wrong(columnName, "an author who is nobody is shown by the text that Twilio has")
	case l.Action.Erases() && strings.Contains(l.FriendlyName, mask):
		t.wrong(columnFriendlyName, "it is masked, so that it cannot be erased in texts: export with --addresses keep")
	}
}

func (t *reader) wrong(column, problem string) {
	t.mistakes = append(t.mistakes, Mistake{t.number, column, problem})
}
