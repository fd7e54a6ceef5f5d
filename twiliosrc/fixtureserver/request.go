package fixtureserver

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Request is a request as it came, for tests to look at.
type Request struct {
	Host   Host
	Method string
	Target string // path and query, byte for byte
	Header http.Header
	Status int // of the answer
	// Concurrent is how many requests to the same host were in progress when
	// this one came, itself included. Conversations and media count as one.
	Concurrent int64
	// Fault is what went wrong with it on purpose; empty for nothing.
	Fault Mode
}

// Host is one of the three that a Server plays.
type Host string

// The hosts.
const (
	HostREST  Host = "rest"  // conversations.twilio.com
	HostMCS   Host = "mcs"   // mcs.us1.twilio.com
	HostMedia Host = "media" // media.us1.twilio.com
)

// credentialHeaders are those in which Twilio's clients send secrets.
var credentialHeaders = []string{"Authorization", "X-Twilio-Token", "Cookie", "Proxy-Authorization"}

// parameters are the query parameters of Twilio's lists.
var parameters = []string{
	"PageSize", "Page", "PageToken", "Order", "StartDate", "EndDate", "State", "Identity", "Address", "Type", "BindingType",
}

// Misbehaviour is what a program that only reads must never send: a method that
// writes, a credential to the host of signed URLs, or a query that is not well
// formed. It is nil for a proper request. The error holds no secret.
func (r Request) Misbehaviour() error {
	if r.Method != http.MethodGet {
		return fmt.Errorf("%s sent to %s", r.Method, r.Host)
	}
	_, query, asked := strings.Cut(r.Target, "?")
	if r.Host != HostMedia {
		if err := checkQuery(query, asked); err != nil {
			return fmt.Errorf("query sent to %s: %w", r.Host, err)
		}
		return nil
	}
	for _, name := range credentialHeaders {
		if r.Header.Get(name) != "" {
			return fmt.Errorf("%s sent to %s", name, r.Host)
		}
	}
	return nil
}

// checkQuery accepts parameters that Twilio knows, each once and with a value.
func checkQuery(query string, asked bool) error {
	if query == "" {
		if asked {
			return errors.New("it is empty")
		}
		return nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("it is not encoded properly")
	}
	for name, given := range values {
		switch {
		case !slices.Contains(parameters, name):
			return fmt.Errorf("%.40q is none of its parameters", name)
		case len(given) != 1 || given[0] == "":
			return fmt.Errorf("%s has not one value", name)
		}
	}
	if token := values.Get("PageToken"); token != "" && !strings.HasPrefix(token, tokenPrefix) {
		return errors.New("PageToken is none of Twilio's")
	}
	return nil
}
