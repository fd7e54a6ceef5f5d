package fixtureserver

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// run is a stretch of a file whose lines are of one conversation.
type run struct{ start, end int64 }

// runs says where what belongs to each conversation stands in a file. It grows
// with the number of conversations, not of resources.
type runs map[mapping.ConversationSID][]run

// buildRuns passes over a file. A damaged line is taken for one of the
// conversation before it, whose list it then makes unreadable.
func (s *Server) buildRuns(kind twiliosrc.Kind) (runs, error) {
	all := runs{}
	var current mapping.ConversationSID
	for record, err := range s.snap.Records(context.Background(), twiliosrc.Listing{Kind: kind}, 0) {
		sid := current
		switch damaged := errors.As(err, new(*mapping.DamagedError)); {
		case err != nil && !damaged:
			return nil, err
		case !damaged:
			sid = mapping.ConversationSID(text(record.Raw, "conversation_sid"))
		}
		list := all[sid]
		if len(list) > 0 && sid == current {
			list[len(list)-1].end = record.End
		} else {
			all[sid] = append(list, run{record.Start, record.End})
		}
		current = sid
	}
	return all, nil
}

// owned is what a file holds of one conversation, as far as keep wants it.
func (s *Server) owned(resource Resource, conversation mapping.ConversationSID, keep func(json.RawMessage) bool) collection {
	read := func(ctx context.Context, place int64, backward bool) iter.Seq2[twiliosrc.Record, error] {
		all, err := s.runs[resource]()
		if err != nil {
			return failed(err)
		}
		return s.readRuns(ctx, resource.kind(), all[conversation], place, backward)
	}
	c := assembled(resource, string(conversation), read)
	return c.only(keep)
}

func (s *Server) readRuns(ctx context.Context, kind twiliosrc.Kind, list []run, place int64, backward bool) iter.Seq2[twiliosrc.Record, error] {
	l := twiliosrc.Listing{Kind: kind}
	if backward {
		list = slices.Clone(list)
		slices.Reverse(list)
	}
	return func(yield func(twiliosrc.Record, error) bool) {
		for _, run := range list {
			all := s.snap.RecordsBefore(ctx, l, min(place, run.end))
			if !backward {
				all = s.snap.Records(ctx, l, max(place, run.start))
			}
			for record, err := range all {
				if err == nil && (record.Start >= run.end || record.End <= run.start) {
					break
				}
				if !yield(record, err) {
					return
				}
			}
		}
	}
}
