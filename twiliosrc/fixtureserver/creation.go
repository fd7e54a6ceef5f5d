package fixtureserver

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// creation is when a conversation was created, and where it stands.
type creation struct{ created, start int64 }

// byCreation are the conversations of a service that were created in a period,
// the latest first. Places are numbers of conversations in that order.
func (s *Server) byCreation(service mapping.ServiceSID, p period) collection {
	read := func(ctx context.Context, place int64, backward bool) iter.Seq2[twiliosrc.Record, error] {
		all, err := s.creations()
		if err != nil {
			return failed(err)
		}
		return s.recordsAt(ctx, twiliosrc.KindConversations, len(all[service]), place, backward, func(i int) (int64, bool) {
			c := all[service][i]
			return c.start, p.contains(c.created)
		})
	}
	return assembled(ResourceConversations, string(service)+" by creation", read)
}

// buildCreations passes over the conversations. It keeps 16 bytes of each.
func (s *Server) buildCreations() (map[mapping.ServiceSID][]creation, error) {
	all := map[mapping.ServiceSID][]creation{}
	for record, err := range s.snap.Records(context.Background(), twiliosrc.Listing{Kind: twiliosrc.KindConversations}, 0) {
		if errors.As(err, new(*mapping.DamagedError)) {
			continue // it is an error of the list that is not ordered
		}
		if err != nil {
			return nil, err
		}
		service := cmp.Or(mapping.ServiceSID(text(record.Raw, "chat_service_sid")), s.snap.Manifest().DefaultServiceSID)
		created, err := time.Parse(time.RFC3339, text(record.Raw, "date_created"))
		if err != nil {
			continue // it lies in no period
		}
		all[service] = append(all[service], creation{created.Unix(), record.Start})
	}
	for _, list := range all {
		slices.SortStableFunc(list, func(a, b creation) int { return cmp.Compare(b.created, a.created) })
	}
	return all, nil
}

// recordsAt reads n resources that stand anywhere in a file as a list. Their
// places are their numbers; at says where each one starts and whether it is
// part of the list.
func (s *Server) recordsAt(ctx context.Context, kind twiliosrc.Kind, n int, place int64, backward bool, at func(int) (int64, bool)) iter.Seq2[twiliosrc.Record, error] {
	return numbered(n, place, backward, func(i int) (twiliosrc.Record, bool, error) {
		start, wanted := at(i)
		if !wanted {
			return twiliosrc.Record{}, false, nil
		}
		record, err := s.recordAt(ctx, twiliosrc.Listing{Kind: kind}, start)
		return record, true, err
	})
}

// recordAt reads the resource of a listing that starts at a place.
func (s *Server) recordAt(ctx context.Context, l twiliosrc.Listing, start int64) (twiliosrc.Record, error) {
	for record, err := range s.snap.Records(ctx, l, start) {
		return record, err
	}
	return twiliosrc.Record{}, errors.New("the snapshot has become shorter")
}

// numbered is a list of n resources whose places are their numbers. Those that
// get does not want are left out.
func numbered(n int, place int64, backward bool, get func(int) (twiliosrc.Record, bool, error)) iter.Seq2[twiliosrc.Record, error] {
	i, step, end := int(min(max(place, 0), math.MaxInt32)), 1, n
	if backward {
		i, step, end = min(i, n)-1, -1, -1
	}
	return func(yield func(twiliosrc.Record, error) bool) {
		for i := i; step*i < step*end; i += step {
			record, wanted, err := get(i)
			record.Start, record.End = int64(i), int64(i+1)
			if wanted && !yield(record, err) {
				return
			}
		}
	}
}

// failed is a list that cannot be read.
func failed(err error) iter.Seq2[twiliosrc.Record, error] {
	return func(yield func(twiliosrc.Record, error) bool) { yield(twiliosrc.Record{}, err) }
}
