package acsdest

import (
	"context"
	"errors"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
)

// PublicContainerError says that everybody on the internet can read the files of
// a container. The store works all the same: the caller decides.
type PublicContainerError struct {
	URL    string
	Access string // blob, or container: what may be read, or listed as well
}

func (e *PublicContainerError) Error() string {
	return fmt.Sprintf("container %s is public (access level %s)", e.URL, e.Access)
}

// Hint says how to close it.
func (e *PublicContainerError) Hint() string {
	return "set the access level of the container to private, or name another one: files of conversations are nobody else's business"
}

// Check makes sure that the container is there and private. It changes nothing.
func (s *BlobStore) Check(ctx context.Context) error {
	p, err := s.container.GetProperties(ctx, nil)
	if err != nil {
		return fmt.Errorf("check container %s: %w", s.at, newBlobError(err))
	}
	if p.BlobPublicAccess != nil && *p.BlobPublicAccess != "" {
		return &PublicContainerError{s.at.String(), string(*p.BlobPublicAccess)}
	}
	return nil
}

// Ensure is Check for those who are about to write: it creates a container that
// is missing, as a private one.
func (s *BlobStore) Ensure(ctx context.Context) error {
	err := s.Check(ctx)
	var e *BlobError
	if !errors.As(err, &e) || !e.hasCode(bloberror.ContainerNotFound) {
		return err
	}
	_, err = s.container.Create(ctx, nil)
	if bloberror.HasCode(err, bloberror.ContainerAlreadyExists) {
		return s.Check(ctx) // somebody else was faster, perhaps with other ideas
	}
	if err != nil {
		return fmt.Errorf("create container %s: %w", s.at, newBlobError(err))
	}
	return nil
}
