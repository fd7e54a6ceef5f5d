package twiliosrc

import (
	"errors"
	"net/url"
	"strings"
)

// parseSignedURL takes a signed URL apart so that it is requested byte for byte
// as it was given: its signature holds for nothing else. The errors do not show
// it. Plain http is for loopback hosts, and only if asked for.
func parseSignedURL(raw string, loopback bool) (*url.URL, error) {
	for _, b := range []byte(raw) {
		if b <= ' ' || b >= 0x7f {
			return nil, errors.New("its URL holds a character that must be escaped")
		}
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "":
		return nil, errors.New("its URL is none")
	case u.User != nil:
		return nil, errors.New("its URL holds credentials")
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback && isLoopback(u)):
		return nil, errors.New("its URL is not https")
	}
	_, path, _ := strings.Cut(raw, "://")
	path = path[len(u.Host):]
	path, _, _ = strings.Cut(path, "#")
	path, query, _ := strings.Cut(path, "?")
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return nil, errors.New("its URL has no path")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Opaque: path, RawQuery: query}, nil
}
