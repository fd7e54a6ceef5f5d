package report

import (
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/migrate"
)

const (
	// maxUpdates is how many changes a document has field by field.
	maxUpdates = 100
	// maxValue is how many bytes of a value stand in it.
	maxValue = 1000
)

// keepUpdate keeps what changes of an item, if there is room.
func (b *Builder) keepUpdate(c migrate.Change) {
	if len(b.updates) == maxUpdates {
		b.more++
		return
	}
	kept := migrate.Change{
		Kind: c.Kind, Item: c.Item, Verb: c.Verb, Conversation: c.Conversation, Name: excerpt(c.Name), Reason: c.Reason, Losses: c.Losses,
	}
	for _, f := range c.Fields {
		kept.Fields = append(kept.Fields, migrate.FieldChange{Name: f.Name, Old: excerpt(f.Old), New: excerpt(f.New)})
	}
	b.updates = append(b.updates, kept)
}

// excerpt is the beginning of a value that is too long.
func excerpt(s string) string {
	if len(s) <= maxValue {
		return s
	}
	end := maxValue
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
