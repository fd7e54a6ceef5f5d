package migrate

import (
	"context"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A MediaRemover deletes files of a media store, for ever. What is not there is
// deleted already.
type MediaRemover interface {
	Delete(ctx context.Context, key string) error
	// List lists the keys of the files right in a folder.
	List(ctx context.Context, folder string) iter.Seq2[string, error]
}

// removeMedia deletes the files of the conversation that the ledger knows, and its
// sidecar.
func (u *undoing) removeMedia(ctx context.Context) error {
	if u.opts.Media == nil || u.plans() {
		return nil
	}
	for rec, err := range u.ledger.MediaOf(u.rec.Conversation) {
		if err != nil {
			return ledgerFailure(err)
		}
		if rec.Missing != "" {
			continue
		}
		if err := u.opts.Media.Delete(ctx, rec.Key); err != nil {
			return err
		}
	}
	for key, err := range u.opts.Media.List(ctx, mapping.SidecarFolder(u.rec.Conversation)) {
		if err == nil {
			err = u.opts.Media.Delete(ctx, key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
