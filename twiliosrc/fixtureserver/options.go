package fixtureserver

import (
	"cmp"
	"time"
)

// Options tune a Server. The zero value is a sound default.
type Options struct {
	// Username and Password are what Basic authentication must give. Empty:
	// whatever it gives is accepted, as long as it gives something.
	Username, Password string
	// WrongRegion makes the server one of another region than the account's:
	// every request is refused.
	WrongRegion bool
	// StrictPageSize refuses a PageSize above the maximum. Otherwise it gets
	// the maximum. What Twilio does is not published.
	StrictPageSize bool
	// MaxConcurrent is how many requests to conversations and media may be in
	// progress at once; those above get 429. 0 means any number. Twilio has
	// such a limit but does not publish it.
	MaxConcurrent int
	// MediaLifetime is how long a signed URL is good for. 0 means 5 minutes.
	MediaLifetime time.Duration
	// Now is the clock by which signed URLs expire. Nil means time.Now.
	Now func() time.Time
	// ProductionURLs makes pages link to https://conversations.twilio.com, as
	// Twilio does, rather than to the host that was asked.
	ProductionURLs bool
	// MediaURL is where Media is served when Listen is not used.
	MediaURL string
	// Faults make requests go wrong.
	Faults []Fault
	// Seed makes the choices of faults with a probability repeatable, as far as
	// requests come in the same order.
	Seed uint64
	// OnRequest is told of every request as the last of its answer goes out, from the
	// goroutine that answers it.
	OnRequest func(Request)
	// OnFailure is told of everything in the snapshot that cannot be read, which is
	// answered with 500. It is called from many goroutines at once. Nil: nobody.
	OnFailure func(error)
}

// withDefaults fills in what is left to the server.
func (o *Options) withDefaults() Options {
	opts := *cmp.Or(o, &Options{})
	opts.MediaLifetime = cmp.Or(opts.MediaLifetime, 5*time.Minute)
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return opts
}
