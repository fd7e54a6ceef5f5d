package acsdest

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

// BlobStore keeps media files in a container of Azure Blob Storage. It is safe
// for concurrent use, except that a key has one writer at a time.
//
// The container is private, and messages name files by plain URLs that open for
// nobody by themselves: the application serves them to whom it knows, or
// redirects to a URL that it signs at that moment. A signature in a message would
// outlive its validity in the history of a thread, could not be taken back from
// whoever has read it, and would end up in every copy of the message. That is why
// a container URL that carries one is refused. SignedURL makes a URL to hand out.
type BlobStore struct {
	at        containerAddress
	container *container.Client
	sign      signer
	reading   policy.RetryOptions // for Open: no attempt has a limit
	blockSize int
	buffers   chan []byte // of a block each, nil until needed; who has one may upload
}

// NewBlobStore makes a store in the container at containerURL, signing with the
// key of its account. It asks nothing of Azure: see Ensure and Check. http is for
// loopback hosts, which means Azurite.
func NewBlobStore(containerURL string, conn StorageConnection, opts *BlobStoreOptions) (*BlobStore, error) {
	at, err := parseContainerURL(containerURL)
	if err != nil {
		return nil, err
	}
	if err := conn.covers(at); err != nil {
		return nil, &StorageConnectionError{err}
	}
	cred, err := blob.NewSharedKeyCredential(conn.Account, base64.StdEncoding.EncodeToString(*conn.AccessKey.secret))
	if err != nil {
		return nil, fmt.Errorf("make blob client: %w", err)
	}
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	c, err := container.NewClientWithSharedKeyCredential(at.String(), cred, &container.ClientOptions{ClientOptions: o.clientOptions()})
	if err != nil {
		return nil, fmt.Errorf("make blob client: %w", err)
	}
	return newBlobStore(at, c, keySigner{cred}, o), nil
}

// NewBlobStoreWithCredential makes a store that authenticates with Microsoft
// Entra ID, for example with what DefaultCredential returns. The identity needs
// the role Storage Blob Data Contributor on the container or its account.
func NewBlobStoreWithCredential(containerURL string, cred azcore.TokenCredential, opts *BlobStoreOptions) (*BlobStore, error) {
	if cred == nil {
		return nil, errors.New("no Entra credential")
	}
	at, err := parseContainerURL(containerURL)
	if err != nil {
		return nil, err
	}
	if at.plain {
		return nil, &ContainerURLError{errors.New("it is not https, and Entra tokens travel on nothing else"),
			"use https, or sign in with AZURE_STORAGE_CONNECTION_STRING"}
	}
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	cred = entraCredential{cred}
	service, err := azblob.NewClient(at.service, cred, &azblob.ClientOptions{ClientOptions: o.clientOptions()})
	if err != nil {
		return nil, fmt.Errorf("make blob client: %w", err)
	}
	c := service.ServiceClient()
	return newBlobStore(at, c.NewContainerClient(at.container), delegatedSigner{c}, o), nil
}

func newBlobStore(at containerAddress, c *container.Client, sign signer, o BlobStoreOptions) *BlobStore {
	s := &BlobStore{
		at: at, container: c, sign: sign, reading: o.Retry,
		blockSize: o.BlockSize, buffers: make(chan []byte, o.Uploads),
	}
	s.reading.TryTimeout = 0
	for range o.Uploads {
		s.buffers <- nil
	}
	return s
}

// URL is where the container is, in canonical form: a name for the store.
func (s *BlobStore) URL() string { return s.at.String() }

// URLTemplate names the files of the store, with {key} where the escaped key goes.
func (s *BlobStore) URLTemplate() string { return s.at.String() + "/{key}" }

// Open opens the file under key. A file that is not there is fs.ErrNotExist; a
// container that is not there is a *BlobError. When the connection is lost the
// reader goes on from where it was, unless the file has been replaced meanwhile.
// It ends with ctx.
func (s *BlobStore) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := errors.Join(ctx.Err(), checkBlobKey(key)); err != nil {
		return nil, err
	}
	ctx = policy.WithRetryOptions(ctx, s.reading)
	resp, err := s.container.NewBlobClient(key).DownloadStream(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("open media %s: %w", key, newBlobError(err))
	}
	return blobReader{resp.NewRetryReader(ctx, &blob.RetryReaderOptions{EarlyCloseAsError: true}), key}, nil
}

// blobReader gives its errors the form of the store's.
type blobReader struct {
	io.ReadCloser
	key string
}

func (r blobReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, fmt.Errorf("read media %s: %w", r.key, newBlobError(err))
}

// What Azure takes as the name of a blob, as published in "Naming and
// referencing containers, blobs, and metadata".
const (
	maxBlobName     = 1024 // characters
	maxBlobElements = 254
)

// checkBlobKey refuses what every store refuses, and what Azure would take for
// another name.
func checkBlobKey(key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	switch {
	case utf8.RuneCountInString(key) > maxBlobName:
		return &KeyError{key, fmt.Sprintf("longer than %d characters", maxBlobName)}
	case strings.Count(key, "/") >= maxBlobElements:
		return &KeyError{key, fmt.Sprintf("more than %d folders deep", maxBlobElements)}
	case strings.HasSuffix(key, "."), strings.Contains(key, "./"):
		return &KeyError{key, "a name in it ends with a dot"}
	}
	return nil
}
