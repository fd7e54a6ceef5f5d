package acsdest

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

// Delete deletes the file under key. A file that is not there is deleted already.
// Where the account keeps deleted files or former versions for a while, it keeps
// this one too. Snapshots, which a BlobStore never makes, are not deleted with it:
// then Azure refuses.
func (s *BlobStore) Delete(ctx context.Context, key string) error {
	if err := errors.Join(ctx.Err(), checkBlobKey(key)); err != nil {
		return err
	}
	_, err := s.container.NewBlobClient(key).Delete(ctx, nil)
	if err == nil || bloberror.HasCode(err, bloberror.BlobNotFound) {
		return nil
	}
	return fmt.Errorf("delete media %s: %w", key, newBlobError(err))
}

// List lists the keys of the files right in a folder, in the order of their names.
// A folder that is not there is empty. A failed listing yields its error once, last.
func (s *BlobStore) List(ctx context.Context, folder string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := checkBlobKey(folder); err != nil {
			yield("", err)
			return
		}
		pager := s.container.NewListBlobsHierarchyPager("/", &container.ListBlobsHierarchyOptions{Prefix: to.Ptr(folder + "/")})
		for pager.More() {
			page, err := pager.NextPage(ctx)
			if err != nil {
				yield("", fmt.Errorf("list media in %s: %w", folder, newBlobError(err)))
				return
			}
			for _, b := range page.Segment.BlobItems {
				if b.Name != nil && !yield(*b.Name, nil) {
					return
				}
			}
		}
	}
}
