package migrate

import (
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// pair is a message of the source beside its record in the ledger; either may be
// missing.
type pair struct {
	message *mapping.Message
	record  *mapping.MessageRecord
}

// pairs walks messages and records side by side; both ascend by index. An error
// of either comes once, last.
func pairs(messages iter.Seq2[mapping.Message, error], records iter.Seq2[mapping.MessageRecord, error]) iter.Seq2[pair, error] {
	return func(yield func(pair, error) bool) {
		next, stop := iter.Pull2(records)
		defer stop()
		rec, rerr, more := next()
		for m, err := range messages {
			if err != nil {
				yield(pair{}, unreadable("list messages", err))
				return
			}
			for more && rerr == nil && rec.Index < m.Index {
				gone := rec
				if !yield(pair{record: &gone}, nil) {
					return
				}
				rec, rerr, more = next()
			}
			p := pair{message: &m}
			if more && rerr == nil && rec.Index == m.Index {
				its := rec
				p.record = &its
				rec, rerr, more = next()
			}
			if rerr != nil {
				break
			}
			if !yield(p, nil) {
				return
			}
		}
		for ; more; rec, rerr, more = next() {
			gone := rec
			if !yield(pair{record: &gone}, ledgerFailure(rerr)) || rerr != nil {
				return
			}
		}
	}
}
