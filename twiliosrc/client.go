package twiliosrc

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	conversationsURL = "https://conversations.twilio.com"
	// mcsURL is the Media Content Service of a region. Its host has no part for
	// the edge (Twilio's browser SDK builds it in this way).
	mcsURL = "https://mcs.%s.twilio.com"

	defaultMaxAttempts = 8
	// defaultConcurrency is below the 100 requests at once that others report
	// as Twilio's limit; Twilio publishes none.
	defaultConcurrency = 64
	// downloadConcurrency is how many files may be on their way at once.
	downloadConcurrency = 16
)

// Credentials open one Twilio account. The password is never printed.
type Credentials struct {
	AccountSID mapping.AccountSID
	Username   string // SID of an API key (SK…), or the account SID
	Password   string // secret of the key, or the auth token
}

// String leaves the password out, whatever prints c.
func (c Credentials) String() string { return "credentials of " + string(c.AccountSID) }

// GoString leaves the password out, too.
func (c Credentials) GoString() string { return c.String() }

// ClientOptions tune a Client. The zero value is a sound default.
type ClientOptions struct {
	// Region and Edge choose Twilio's hosts, as TWILIO_REGION and TWILIO_EDGE
	// do: the client does not look into the environment. A region other than
	// us1 needs an edge. API keys belong to one region.
	Region, Edge string
	// BaseURL and MCSURL send the requests for conversations and for media
	// elsewhere, scheme and host only. Plain http is for loopback hosts.
	BaseURL, MCSURL string
	// Transport carries the requests. Nil means a transport of its own.
	Transport http.RoundTripper
	// MaxAttempts is how often a request is made in all before throttling, an
	// outage or a broken connection becomes an error. 0 means 8: about a
	// minute of patience.
	MaxAttempts int
	// Concurrency is the most requests that may be on their way at once. 0
	// means 64. The client begins with a few, and adapts to what Twilio takes.
	// Besides, up to 16 files may be, but no more than requests.
	Concurrency int
	// SkipDamaged leaves out what cannot be read instead of yielding it as an
	// error. Skipped counts it.
	SkipDamaged bool
	// Selection says which conversations are shown.
	Selection Selection
	// Webhooks lets Hooks look for those of single conversations.
	Webhooks bool
	// Logger is told of requests and of how many there may be at once (debug),
	// of less of them and of lists that are read again (info), and of repeated
	// requests (warn). Nil: nobody.
	Logger *slog.Logger
}

// Client reads one Twilio account over REST. It only ever sends GET requests.
// All methods are safe for concurrent use.
//
// Every error of a call is an *APIError, if Twilio answered, an
// *UnreachableError, if it did not, or the cause of the context's end.
type Client struct {
	credentials Credentials
	region      string
	rest, mcs   *endpoint
	api, cdn    *http.Client // with and without a caller's credentials
	webhooks    bool         // Hooks looks for those of conversations
	requests    *gate
	downloads   *gate
	maxAttempts int
	damage      damage
	selection   Selection
	seen        mediaCache
	spool       spool
	log         *slog.Logger
}

// NewClient checks the credentials' form and the options. It sends nothing.
func NewClient(credentials Credentials, opts *ClientOptions) (*Client, error) {
	opts = cmp.Or(opts, &ClientOptions{})
	if err := credentials.check(); err != nil {
		return nil, err
	}
	if err := opts.Selection.check(); err != nil {
		return nil, err
	}
	rest, mcs, err := endpoints(opts)
	if err != nil {
		return nil, err
	}
	concurrency := max(1, cmp.Or(opts.Concurrency, defaultConcurrency))
	transport := opts.Transport
	if transport == nil {
		transport = NewTransport(concurrency)
	}
	log := cmp.Or(opts.Logger, slog.New(slog.DiscardHandler))
	return &Client{
		credentials: credentials,
		region:      cmp.Or(opts.Region, defaultRegion),
		rest:        rest,
		mcs:         mcs,
		api:         newHTTPClient(transport),
		cdn:         newHTTPClient(transport),
		requests:    newGate(firstConcurrency, concurrency, log),
		downloads:   newGate(downloadConcurrency, min(downloadConcurrency, concurrency), log),
		maxAttempts: max(1, cmp.Or(opts.MaxAttempts, defaultMaxAttempts)),
		damage:      damage{skip: opts.SkipDamaged},
		selection:   opts.Selection,
		webhooks:    opts.Webhooks,
		log:         log,
	}, nil
}

// check refuses what Twilio could only refuse. Its errors quote no secret.
func (c Credentials) check() error {
	if err := checkSID(prefixAccount, "account SID", c.AccountSID); err != nil {
		return &CredentialsError{err}
	}
	if c.Username == "" || c.Password == "" {
		return &CredentialsError{errors.New("user name or password is missing")}
	}
	return nil
}

// CredentialsError says that credentials cannot be right, whoever is asked.
type CredentialsError struct{ Err error }

func (e *CredentialsError) Error() string { return fmt.Sprintf("check Twilio credentials: %v", e.Err) }

func (e *CredentialsError) Unwrap() error { return e.Err }

// Hint says what credentials consist of.
func (e *CredentialsError) Hint() string {
	return "set TWILIO_ACCOUNT_SID, and TWILIO_API_KEY with TWILIO_API_SECRET or TWILIO_AUTH_TOKEN"
}

// NewTransport returns a transport that keeps as many connections open as there may
// be requests at once: what a client has that is given none. 0 means 64. It is for
// those who put something before it.
func NewTransport(concurrency int) http.RoundTripper {
	concurrency = cmp.Or(concurrency, defaultConcurrency)
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns = 4 * concurrency
	t.MaxIdleConnsPerHost = concurrency
	t.IdleConnTimeout = 90 * time.Second
	return t
}

// newHTTPClient makes a client that follows no redirect: none is documented,
// and credentials must not travel to wherever one might lead.
func newHTTPClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Account is whose conversations these are, and in which of Twilio's regions.
func (c *Client) Account() (mapping.AccountSID, string) {
	return c.credentials.AccountSID, c.region
}

// Redacted is false: an account is as people made it.
func (c *Client) Redacted() bool { return false }

// Close gives up the connections that are open and not in use, and what is kept on
// the disk: listings of messages that are still in progress end with an error. The
// client can be used on.
func (c *Client) Close() error {
	c.api.CloseIdleConnections()
	c.cdn.CloseIdleConnections()
	return c.spool.close()
}

// Skipped is how many items have been left out because they could not be read.
// It is 0 without SkipDamaged, and grows as listings meet them.
func (c *Client) Skipped() int64 { return c.damage.count() }
