package acsdest

import (
	"cmp"
	"log/slog"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
)

// ClientOptions tune a client. The zero value is a sound default.
type ClientOptions struct {
	// Transport carries the requests. nil is a transport shared by all clients of
	// the process; [NewTransport] makes others. An *http.Client of the caller's own
	// is kept from following redirects; any other transport must not follow them.
	Transport policy.Transporter

	// Logger is told of every attempt (debug): the operation, the path without its
	// query, how it was answered, the ID by which Microsoft's support finds it, and
	// the ID of what it created. nil: nobody.
	Logger *slog.Logger

	// Logging configures what azcore logs. Tokens and signatures are never in it;
	// bodies are, if IncludeBody asks for them, but never those of Identity.
	Logging policy.LogOptions

	// Telemetry configures the User-Agent header. Without an ApplicationID of the
	// caller's own it names twilio2acs.
	Telemetry policy.TelemetryOptions

	// TracingProvider receives a span per call and per attempt.
	TracingProvider tracing.Provider

	// Retry says how often and how soon failed calls are repeated, in the way of
	// azcore. nil means never. Whatever it says, only these are repeated: reads, and
	// calls that certainly have not been carried out (429, or no connection).
	// TryTimeout and StatusCodes have no effect.
	Retry *policy.RetryOptions

	// AttemptTimeout bounds a single attempt, the reading of its answer included.
	// 0 means 30 s. An attempt that runs into it has an open outcome.
	AttemptTimeout time.Duration

	// Gate paces the attempts. nil lets all of them through.
	Gate Gate

	// Now tells the time for signatures and the expiry of tokens; nil is time.Now.
	// It is the place to correct a clock that is known to be wrong, since the
	// service refuses signatures whose date is far off.
	Now func() time.Time
}

const defaultAttemptTimeout = 30 * time.Second

// withDefaults returns a copy of o, which may be nil, with nothing left to choose.
func (o *ClientOptions) withDefaults() ClientOptions {
	var c ClientOptions
	if o != nil {
		c = *o
	}
	c.AttemptTimeout = cmp.Or(c.AttemptTimeout, defaultAttemptTimeout)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Transport == nil {
		c.Transport = defaultTransport()
	}
	if hc, ok := c.Transport.(*http.Client); ok {
		c.Transport = withoutRedirects(hc)
	}
	c.Transport = boundedTransport{c.Transport}
	return c
}
