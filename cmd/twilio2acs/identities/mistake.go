package identities

import (
	"fmt"
	"strings"
)

// A Mistake is a cell that cannot be meant.
type Mistake struct {
	Line    int    // from 1, the headings included
	Column  string // its heading; empty for the whole line
	Problem string
}

func (m Mistake) String() string {
	if m.Column == "" {
		return fmt.Sprintf("line %d: %s", m.Line, m.Problem)
	}
	return fmt.Sprintf("line %d, column %s: %s", m.Line, m.Column, m.Problem)
}

// Mistakes are all that is wrong with a table. Nothing of it is used.
type Mistakes struct {
	File string
	List []Mistake // at least one, in the order of the lines
}

// shownMistakes is how many mistakes an error tells: nobody reads more at once.
const shownMistakes = 20

func (m *Mistakes) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "read %s:", m.File)
	for i, one := range m.List {
		if i == shownMistakes {
			fmt.Fprintf(&b, "\n  and %d more", len(m.List)-i)
			break
		}
		b.WriteString("\n  " + one.String())
	}
	return b.String()
}

// Hint is the remedy.
func (m *Mistakes) Hint() string {
	return "nothing was written: correct these cells and import the file again"
}
