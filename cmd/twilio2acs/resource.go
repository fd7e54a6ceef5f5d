package main

import (
	"net/url"
	"os"
	"strings"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// acsResource is the ACS resource that the environment names. Without a
// connection string in conn, Microsoft Entra ID signs in to it.
type acsResource struct {
	endpoint string
	conn     *acsdest.Connection
}

// resourceFromEnvironment prefers a connection string: it needs nothing else.
func resourceFromEnvironment() (acsResource, error) {
	s, err := secret("ACS_CONNECTION_STRING")
	if err != nil {
		return acsResource{}, err
	}
	if s != "" {
		conn, err := acsdest.ParseConnectionString(s)
		return acsResource{conn.Endpoint, &conn}, err
	}
	if endpoint := os.Getenv("ACS_ENDPOINT"); endpoint != "" {
		return acsResource{endpoint: endpoint}, nil
	}
	return acsResource{}, &noConnectionError{}
}

// name is the host of the resource, by which a ledger knows it: the same one
// whichever way of signing in is used.
func (r acsResource) name() string {
	u, err := url.Parse(r.endpoint)
	if err != nil {
		return "" // open says what is wrong with it
	}
	return strings.TrimSuffix(strings.ToLower(u.Host), ":443")
}

// open makes a client of the resource. It asks nothing of Azure yet.
func (r acsResource) open(opts *acsdest.ClientOptions) (*acsdest.Destination, error) {
	if r.conn != nil {
		return acsdest.NewDestination(*r.conn, opts)
	}
	cred, err := acsdest.DefaultCredential()
	if err != nil {
		return nil, &entraError{err}
	}
	return acsdest.NewDestinationWithCredential(r.endpoint, cred, opts)
}

// identity makes a client of Identity alone. It asks nothing of Azure yet.
func (r acsResource) identity(opts *acsdest.ClientOptions) (*acsdest.Identity, error) {
	if r.conn != nil {
		return acsdest.NewIdentity(*r.conn, opts)
	}
	cred, err := acsdest.DefaultCredential()
	if err != nil {
		return nil, &entraError{err}
	}
	return acsdest.NewIdentityWithCredential(r.endpoint, cred, opts)
}

// noConnectionError says that the environment names no ACS resource.
type noConnectionError struct{}

func (e *noConnectionError) Error() string {
	return "connect to ACS: neither ACS_CONNECTION_STRING nor ACS_ENDPOINT is set"
}

// Hint is the remedy.
func (e *noConnectionError) Hint() string {
	return "set ACS_CONNECTION_STRING to what the Azure portal shows under Keys, or ACS_ENDPOINT to sign in with Entra ID, or try the embedded ACS with --dest local:DIR"
}

// entraError says that the environment does not fit any way to sign in with
// Microsoft Entra ID.
type entraError struct{ err error }

func (e *entraError) Error() string { return e.err.Error() }
func (e *entraError) Unwrap() error { return e.err }

// Hint is the remedy.
func (e *entraError) Hint() string {
	return "unset AZURE_TOKEN_CREDENTIALS, or name a credential in it that Azure Identity has; or use a connection string"
}
