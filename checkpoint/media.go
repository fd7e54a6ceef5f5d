package checkpoint

import (
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Media finds what became of a file of a conversation; false when there is no
// record.
func (r *Reader) Media(c mapping.ConversationSID, m mapping.MediaSID) (mapping.MediaRecord, bool, error) {
	return lookup[mapping.MediaRecord](r, mediaBucket, mediaKey(c, m))
}

// MediaOf lists the files of a conversation, by SID.
func (r *Reader) MediaOf(c mapping.ConversationSID) iter.Seq2[mapping.MediaRecord, error] {
	key := conversationKey(c)
	return list[mapping.MediaRecord](r, mediaBucket, key[:])
}

// RecordMedia replaces the record of a file. It is on disk on return.
func (l *Ledger) RecordMedia(m mapping.MediaRecord) error {
	return record(l, mediaBucket, mediaKey(m.Conversation, m.SID), m, mediaPart{m.Missing}, countMedia)
}

// mediaPart is what of a file's record counts.
type mediaPart struct {
	Missing string `json:"missing"`
}

func countMedia(m mediaPart) tally {
	if m.Missing != "" {
		return tally{Counts: mapping.Counts{MediaMissing: 1}}
	}
	return tally{Counts: mapping.Counts{Media: 1}}
}
