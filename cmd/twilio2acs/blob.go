package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// blobPrefix begins the values of --media that are a container of Azure Blob
// Storage.
const blobPrefix = "azblob:"

// blobStore is the store in a container, with the credentials that the
// environment has. It asks nothing of Azure yet.
func blobStore(containerURL string) (*acsdest.BlobStore, error) {
	s, err := secret("AZURE_STORAGE_CONNECTION_STRING")
	if err != nil {
		return nil, err
	}
	if s != "" {
		conn, err := acsdest.ParseStorageConnectionString(s)
		if err != nil {
			return nil, err
		}
		return acsdest.NewBlobStore(containerURL, conn, nil)
	}
	cred, err := acsdest.DefaultCredential()
	if err != nil {
		return nil, &entraError{err}
	}
	return acsdest.NewBlobStoreWithCredential(containerURL, cred, nil)
}

// checkBlobs looks at a container that must be there. That everybody can read it
// is no reason not to compare what is in it.
func checkBlobs(ctx context.Context, store *acsdest.BlobStore, log *slog.Logger) error {
	err := store.Check(ctx)
	var public *acsdest.PublicContainerError
	if errors.As(err, &public) {
		log.Warn("everybody can read the files", "container", public.URL, "remedy", public.Hint())
		return nil
	}
	return err
}

// storeTemplate is the template of URLs that a store has by itself, by the name
// that a ledger has for it.
func storeTemplate(root string) string {
	if strings.HasPrefix(root, "https://") || strings.HasPrefix(root, "http://") {
		return root + "/{key}"
	}
	return fileTemplate(root)
}
