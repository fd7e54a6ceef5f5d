package twiliosrc

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/twilio/twilio-go/client"
)

// endpoint is one of Twilio's hosts: what twilio-go is told, and where requests
// really go.
type endpoint struct {
	base         string   // scheme and host as twilio-go is given them
	edge, region string   // what twilio-go puts into the host
	host         string   // what it then asks for, and nothing else
	target       *url.URL // scheme and host that are connected to
	reached      atomic.Bool
}

// EndpointError says that a host for Twilio's traffic cannot be used.
type EndpointError struct {
	What string // "--twilio-url", "TWILIO_REGION", …
	Err  error
}

func (e *EndpointError) Error() string { return fmt.Sprintf("use %s: %v", e.What, e.Err) }

func (e *EndpointError) Unwrap() error { return e.Err }

// Hint says what can be used.
func (e *EndpointError) Hint() string {
	if errors.Is(e.Err, errNoEdge) {
		return "set TWILIO_EDGE, too, such as dublin for ie1"
	}
	return "give a region such as ie1, an edge such as dublin, or a URL such as https://proxy.example"
}

var (
	errNoEdge = errors.New("a region is only reached through an edge")
	hostPart  = regexp.MustCompile(`^[a-z0-9-]*$`)
)

// endpoints are those of conversations and of media.
func endpoints(opts *ClientOptions) (rest, mcs *endpoint, err error) {
	switch {
	case !hostPart.MatchString(opts.Region):
		return nil, nil, &EndpointError{"TWILIO_REGION", errors.New("it is no part of a host name")}
	case !hostPart.MatchString(opts.Edge):
		return nil, nil, &EndpointError{"TWILIO_EDGE", errors.New("it is no part of a host name")}
	case opts.Edge == "" && opts.Region != "" && opts.Region != defaultRegion && opts.BaseURL == "":
		return nil, nil, &EndpointError{"TWILIO_REGION", errNoEdge}
	}
	rest = &endpoint{base: conversationsURL}
	if opts.Edge != "" {
		rest.edge, rest.region = opts.Edge, opts.Region
	}
	mcs = &endpoint{base: fmt.Sprintf(mcsURL, cmp.Or(opts.Region, defaultRegion))}
	if err := rest.resolve("--twilio-url", opts.BaseURL); err != nil {
		return nil, nil, err
	}
	return rest, mcs, mcs.resolve("--mcs-url", opts.MCSURL)
}

// resolve finds host and target. The override never passes through twilio-go,
// which would put edge and region into it, even into an IP address.
func (e *endpoint) resolve(flag, override string) error {
	built, err := e.handler(nil).BuildUrl(e.base)
	if err != nil {
		return &EndpointError{flag, err}
	}
	if e.target, err = url.Parse(built); err != nil {
		return &EndpointError{flag, err}
	}
	e.host = e.target.Host
	if override == "" {
		return nil
	}
	if e.target, err = parseOverride(override); err != nil {
		return &EndpointError{flag, err}
	}
	return nil
}

// handler is twilio-go's way to the endpoint. It is made without its
// constructor, which would read edge and region from the environment again.
func (e *endpoint) handler(base client.BaseClient) *client.RequestHandler {
	return &client.RequestHandler{Client: base, Edge: e.edge, Region: e.region}
}

func parseOverride(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errors.New("it is no URL")
	case u.User != nil:
		return nil, errors.New("it holds credentials")
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("it is not scheme and host alone")
	case u.Scheme == "http" && !isLoopback(u):
		return nil, errors.New("plain http would show the credentials to the network")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// isLoopback reports whether u stays on this machine.
func isLoopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// follow turns the URL of a next page into what is requested of e: its path and
// query, letter by letter. It is empty where there is no next page. A URL that
// leads elsewhere is refused, because the credentials would go there, and so is
// one that leads back to the page itself.
func (e *endpoint) follow(next, current string) (string, error) {
	if next == "" {
		return "", nil
	}
	u, err := url.Parse(next)
	if err != nil {
		return "", errors.New("follow next page: its URL cannot be read")
	}
	canonical := u.Scheme == "https" && (u.Host == strings.TrimPrefix(e.base, "https://") || u.Host == e.host)
	overridden := u.Scheme == e.target.Scheme && u.Host == e.target.Host
	if !canonical && !overridden || u.User != nil || !strings.HasPrefix(u.Path, "/v1/") {
		return "", fmt.Errorf("follow next page: it is at %.100q, not at %s", u.Host, e.target.Host)
	}
	target := u.EscapedPath() + "?" + u.RawQuery
	if target == current {
		return "", errors.New("follow next page: it is the page itself")
	}
	return target, nil
}
