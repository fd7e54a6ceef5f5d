package acsdest

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Connection says where an ACS resource is and how to prove that it is ours.
type Connection struct {
	Endpoint  string // https://…, without a slash at the end
	AccessKey AccessKey
}

// ParseConnectionString reads what the Azure portal shows as the connection
// string of a resource: "endpoint=https://…/;accesskey=…". Names are matched in
// any case, unknown ones are ignored. No error shows any part of s but the names
// of its fields.
func ParseConnectionString(s string) (Connection, error) {
	c, err := parseConnectionString(s)
	if err != nil {
		return Connection{}, &ConnectionError{err}
	}
	return c, nil
}

func parseConnectionString(s string) (Connection, error) {
	var endpoint, key string
	for field := range strings.SplitSeq(s, ";") {
		name, value, _ := strings.Cut(field, "=")
		into := &endpoint
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "endpoint":
		case "accesskey":
			into = &key
		default:
			continue
		}
		if *into != "" {
			return Connection{}, fmt.Errorf("%s stands in it twice", strings.ToLower(strings.TrimSpace(name)))
		}
		*into = strings.TrimSpace(value)
	}
	switch {
	case endpoint == "":
		return Connection{}, errors.New("no endpoint in it")
	case key == "":
		return Connection{}, errors.New("no accesskey in it")
	}
	base, err := parseEndpoint(endpoint)
	if err != nil {
		return Connection{}, err
	}
	accessKey, err := ParseAccessKey(key)
	if err != nil {
		return Connection{}, err
	}
	return Connection{Endpoint: base.String(), AccessKey: accessKey}, nil
}

// ConnectionError says what is wrong with a connection string or an endpoint,
// without showing it.
type ConnectionError struct{ Err error }

func (e *ConnectionError) Error() string { return "read connection: " + e.Err.Error() }

func (e *ConnectionError) Unwrap() error { return e.Err }

// Hint shows the form that is expected.
func (e *ConnectionError) Hint() string {
	return "copy it from the resource's Keys page: endpoint=https://<resource>.communication.azure.com/;accesskey=<base64>"
}

// parseEndpoint reads the address of a resource into its canonical form, which
// is what is both signed and sent: scheme and host, nothing else. Errors do not
// show it, because whatever was pasted in its place may be a secret.
func parseEndpoint(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "":
		return nil, errors.New("endpoint is not a URL")
	case u.Scheme != "https":
		return nil, errors.New("endpoint is not https")
	case u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("endpoint has more than a host")
	}
	return &url.URL{Scheme: "https", Host: authority(u)}, nil
}

// authority is the host of u as a Host header has it: in lower case, and with
// its port unless that is the default.
func authority(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if port := u.Port(); port == "" || port == "443" {
		return strings.TrimSuffix(strings.TrimSuffix(host, port), ":")
	}
	return host
}
