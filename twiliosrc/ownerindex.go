package twiliosrc

import (
	"context"
	"sync"
)

// ownerFields are the fields that say whose a resource is, with the prefix of
// the SID in them, of the kinds that are looked for by owner.
var ownerFields = map[Kind]struct{ field, prefix string }{
	KindReceipts:        {"message_sid", prefixMessage},
	KindChannelMetadata: {"message_sid", prefixMessage},
	KindWebhooks:        {"conversation_sid", prefixConversation},
}

// ownerIndex finds the lines of each owner in one file. Few owners have any.
type ownerIndex map[sidKey][]stretch

func (s *Snapshot) ownerIndexes() map[Kind]func() (ownerIndex, error) {
	indexes := map[Kind]func() (ownerIndex, error){}
	for kind := range ownerFields {
		indexes[kind] = sync.OnceValues(func() (ownerIndex, error) { return s.buildOwnerIndex(kind) })
	}
	return indexes
}

// buildOwnerIndex passes over the file of a kind. Lines that name no owner are
// only found when the whole file is listed.
func (s *Snapshot) buildOwnerIndex(kind Kind) (ownerIndex, error) {
	ix := ownerIndex{}
	f := s.files[kind]
	if f == nil {
		return ix, nil
	}
	by := ownerFields[kind]
	var last sidKey
	err := scanFile(context.Background(), f, func(l line) {
		key, ok := newSIDKey(by.prefix, string(stringField(l.text, by.field)))
		if !ok {
			last = sidKey{}
			return
		}
		runs := ix[key]
		if key != last || len(runs) == 0 {
			runs = append(runs, stretch{})
		}
		runs[len(runs)-1].extend(l)
		ix[key], last = runs, key
	})
	return ix, err
}

// partsOf are the stretches of a file that hold what belongs to an owner.
func (s *Snapshot) partsOf(kind Kind, owner string) ([]part, error) {
	ix, err := s.owners[kind]()
	key, ok := newSIDKey(ownerFields[kind].prefix, owner)
	if err != nil || !ok {
		return nil, err
	}
	var parts []part
	for _, run := range ix[key] {
		parts = append(parts, part{s.files[kind], run})
	}
	return parts, nil
}
