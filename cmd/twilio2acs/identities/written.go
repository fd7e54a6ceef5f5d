package identities

import (
	"fmt"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// WrittenError is a table that decides otherwise about people of whom something has
// been written to ACS: that cannot be taken back one by one.
type WrittenError struct{ People []mapping.PersonKey }

// shownPeople is how many people an error names.
const shownPeople = 5

func (e *WrittenError) Error() string {
	var names []string
	for i, key := range e.People {
		if i == shownPeople {
			names = append(names, fmt.Sprintf("%d more", len(e.People)-i))
			break
		}
		names = append(names, fmt.Sprintf("%s %s", key.Kind, reference(key, mapping.Rules{}.PublicName)))
	}
	return "decide about people: something of theirs has been written to ACS already: " + strings.Join(names, ", ")
}

// Hint is the remedy.
func (e *WrittenError) Hint() string {
	return "nothing was written: leave their lines as they were exported, or roll the migration back first"
}
