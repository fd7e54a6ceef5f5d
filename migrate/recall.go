package migrate

import (
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// recall keeps the messages of one conversation, so that a plan that has looked at
// all of them to find damage need not decode them once more to tell of them. It
// keeps no long list: that is read again. A nil recall keeps nothing.
type recall struct {
	kept  []mapping.Message
	bytes int
	whole bool // kept is all that the list has
}

// maxRecalled is about how many bytes of messages a recall keeps: some hundred
// messages. A plan reads planReads conversations at once.
const maxRecalled = 1 << 20

// recalledSize is about what m takes in memory: the resource as it is, and its
// texts once more.
func recalledSize(m mapping.Message) int {
	const noun = 512
	return noun + len(m.Raw) + len(m.Body) + len(m.Attributes)
}

// keep is list, which is remembered as it goes by.
func (r *recall) keep(list iter.Seq2[mapping.Message, error]) iter.Seq2[mapping.Message, error] {
	if r == nil {
		return list
	}
	return func(yield func(mapping.Message, error) bool) {
		sound := true
		for m, err := range list {
			sound = sound && err == nil && r.add(m)
			if !yield(m, err) {
				return
			}
		}
		r.whole = sound
	}
}

// add keeps m, or gives up when that is too much.
func (r *recall) add(m mapping.Message) bool {
	if r.bytes += recalledSize(m); r.bytes > maxRecalled {
		r.kept = nil
		return false
	}
	r.kept = append(r.kept, m)
	return true
}

// list is what was kept, once; nil if that is not the whole list.
func (r *recall) list() iter.Seq2[mapping.Message, error] {
	if r == nil || !r.whole {
		return nil
	}
	kept := r.kept
	r.kept, r.whole = nil, false
	return func(yield func(mapping.Message, error) bool) {
		for i, m := range kept {
			kept[i] = mapping.Message{} // nobody needs it any more
			if !yield(m, nil) {
				return
			}
		}
	}
}
