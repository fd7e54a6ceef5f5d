package migrate

import (
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// verdict is what is to become of a message of the source.
type verdict int

const (
	unchanged verdict = iota
	missing           // not carried yet
	late              // not carried yet, although later ones have been
	edited            // carried, and changed in Twilio since
	confused          // another message was carried under its index
	leftOut           // not carried, and not to be
)

// judge compares a message with its record.
func (s *subject) judge(m mapping.Message, rec mapping.MessageRecord, there bool) verdict {
	switch {
	case m.LeftOut && (!there || rec.Amendment != nil && rec.Amendment.Deleted):
		return leftOut
	case !there && m.Index > s.progress.LastIndex:
		return missing
	case !there, rec.Amendment != nil && rec.Amendment.Deleted:
		return late
	case rec.SID != m.SID:
		return confused
	case rec.Source != m.Source():
		return edited
	}
	return unchanged
}

// editLosses are what ACS cannot follow of an edit, of which drafting reported
// losses.
func editLosses(m mapping.Message, rec mapping.MessageRecord, drafted []mapping.Loss) []mapping.Loss {
	losses := []mapping.Loss{{Code: mapping.LossEditedMoves, Item: string(m.SID)}}
	if slices.Contains(m.Source().Changed(rec.Source), mapping.FieldAuthor) {
		losses = append(losses, mapping.Loss{Code: mapping.LossAuthorChanged, Item: string(m.SID)})
	}
	for _, l := range drafted {
		if l.Code == mapping.LossEditGrew {
			losses = append(losses, l)
		}
	}
	return losses
}
