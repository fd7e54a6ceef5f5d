package acsdest

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
)

// BlobStoreOptions tune a BlobStore. The zero value is a sound default.
type BlobStoreOptions struct {
	// Transport carries the requests. nil is a transport shared by all clients of
	// the process. Redirects are not followed, as with ClientOptions.
	Transport policy.Transporter

	// Logging configures what azcore logs. Keys, tokens and signed URLs are never in
	// it, nor are files, whatever IncludeBody says.
	Logging policy.LogOptions

	// Telemetry configures the User-Agent header. Without an ApplicationID of the
	// caller's own it names twilio2acs.
	Telemetry policy.TelemetryOptions

	// TracingProvider receives a span per call and per attempt.
	TracingProvider tracing.Provider

	// Retry says how often and how soon failed requests are repeated. All of them
	// may be: a file is named by its key. Without a TryTimeout of the caller's own
	// an attempt ends after 5 minutes, apart from the reading of a file, which lasts
	// as long as its reader likes.
	Retry policy.RetryOptions

	// BlockSize is in how many bytes at a time a file is sent, up to 250 MiB; 0
	// means 4 MiB. A file of more than 10,000 blocks goes on in larger ones: a blob
	// has at most 50,000, and 4 MiB thus reach for 1.2 TiB.
	BlockSize int

	// Uploads is how many files of more than 64 KiB are sent at once, each of which
	// takes the memory of a block; 0 means 16. Further ones wait.
	Uploads int
}

const (
	defaultBlockSize   = 4 << 20
	maxFirstBlock      = 250 << 20 // a sixteenth of Azure's 4,000 MiB; see blockSize
	defaultUploads     = 16
	defaultBlobTimeout = 5 * time.Minute
)

var errBlockSize = errors.New("block size is not between 1 byte and 250 MiB")

// withDefaults returns a copy of o, which may be nil, with nothing left to choose.
func (o *BlobStoreOptions) withDefaults() (BlobStoreOptions, error) {
	var c BlobStoreOptions
	if o != nil {
		c = *o
	}
	c.BlockSize = cmp.Or(c.BlockSize, defaultBlockSize)
	c.Uploads = max(cmp.Or(c.Uploads, defaultUploads), 1)
	c.Retry.TryTimeout = cmp.Or(c.Retry.TryTimeout, defaultBlobTimeout)
	c.Telemetry.ApplicationID = cmp.Or(c.Telemetry.ApplicationID, applicationID)
	c.Logging.IncludeBody = false // people's files
	if c.Transport == nil {
		c.Transport = defaultTransport()
	}
	if hc, ok := c.Transport.(*http.Client); ok {
		c.Transport = withoutRedirects(hc)
	}
	if c.BlockSize < 1 || c.BlockSize > maxFirstBlock {
		return c, errBlockSize
	}
	return c, nil
}

func (o *BlobStoreOptions) clientOptions() azcore.ClientOptions {
	return azcore.ClientOptions{
		Transport:       o.Transport,
		Logging:         o.Logging,
		Telemetry:       o.Telemetry,
		TracingProvider: o.TracingProvider,
		Retry:           o.Retry,
	}
}
