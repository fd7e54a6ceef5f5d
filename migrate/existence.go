package migrate

import (
	"context"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// listMargin is how much earlier than something happened by our clock lists are
// read: that of ACS may differ.
const listMargin = 10 * time.Minute

// noToken is the failure of a call that was not made, because its user got no
// token: it says nothing of what the call is about.
func noToken(err error) (bool, bool) {
	e, ok := err.(interface{ NoToken() bool })
	return ok && e.NoToken(), ok
}

// notThere reports whether ACS answered that what a call is about is not there.
func notThere(err error) bool {
	s := statusOf(err)
	return (s == 404 || s == 410) && !final(err) && !says(err, noToken)
}

// stillThere asks those who should be members of the thread of rec whether it is
// there. Of a thread that is gone ACS says so with 404, or, as an early version of
// it did, with 403: then the lists of threads tell, in which a deleted one stays for
// a while. Where nobody can tell, it counts as there.
func stillThere(ctx context.Context, acs ThreadReader, p *patience, rec mapping.ThreadRecord) (bool, error) {
	for _, as := range readersOf(rec) {
		var got mapping.ChatThread
		err := p.do(ctx, func(ctx context.Context) (err error) {
			got, err = acs.FetchThread(ctx, as, rec.Thread)
			return err
		})
		switch {
		case err == nil:
			return got.DeletedOn.IsZero(), nil
		case notThere(err):
			return false, nil
		case outcomeOf(err) != refused || final(err):
			return true, err
		case says(err, noToken) || statusOf(err) != 403:
			continue
		}
		if deleted, err := listedAsDeleted(ctx, acs, p, as, rec); deleted || err != nil {
			return !deleted, err
		}
	}
	return true, nil
}

// listedAsDeleted reports whether the threads of a user show that of rec as deleted.
func listedAsDeleted(ctx context.Context, acs ThreadReader, p *patience, as mapping.CommunicationUserID, rec mapping.ThreadRecord) (deleted bool, err error) {
	err = p.do(ctx, func(ctx context.Context) error {
		deleted = false
		for t, err := range acs.ListThreads(ctx, as, rec.BegunAt.Add(-listMargin)) {
			if err != nil {
				return err
			}
			if t.ID == rec.Thread {
				deleted = !t.DeletedOn.IsZero()
				return nil
			}
		}
		return nil
	})
	return deleted, err
}

// createdThreads are the threads that carry the SID of the conversation of rec,
// among those of its creator with that topic that were active since then. Most
// bounds how many are looked for, 0 does not.
func createdThreads(ctx context.Context, acs ThreadReader, p *patience, rec mapping.ThreadRecord, topic string, since time.Time, most int) (found []mapping.ThreadID, err error) {
	err = p.do(ctx, func(ctx context.Context) error {
		found = nil
		for t, err := range acs.ListThreads(ctx, rec.CreatorID, since.Add(-listMargin)) {
			if err != nil {
				return err
			}
			if t.Topic != topic || !t.DeletedOn.IsZero() {
				continue
			}
			full, err := acs.FetchThread(ctx, rec.CreatorID, t.ID)
			if notThere(err) || statusOf(err) == 403 {
				continue // deleted meanwhile, or left
			}
			if err != nil {
				return err
			}
			if full.Metadata[mapping.KeyConversationSID] == string(rec.Conversation) {
				if found = append(found, t.ID); len(found) == most {
					return nil
				}
			}
		}
		return nil
	})
	return found, err
}
