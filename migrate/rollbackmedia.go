package migrate

import (
	"context"
	"iter"
)

// A MediaRemover deletes files of a media store, for ever. What is not there is
// deleted already.
type MediaRemover interface {
	Delete(ctx context.Context, key string) error
	// List lists the keys of the files right in a folder.
	List(ctx context.Context, folder string) iter.Seq2[string, error]
}
