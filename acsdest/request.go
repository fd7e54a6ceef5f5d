package acsdest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// request is a call before it is made.
type request struct {
	call   limits.Call
	method string
	path   string // escaped
	query  url.Values
	header http.Header
	body   any // sent as JSON unless nil
	// link is the address of a page that is not the first. It stands for path and
	// query, and is sent as the service wrote it.
	link string
}

// build makes a request of r, and notes its body in rec.
func (c *client) build(ctx context.Context, rec *record, r request) (*policy.Request, error) {
	address, err := c.address(r)
	if err != nil {
		return nil, err
	}
	req, err := runtime.NewRequest(ctx, r.method, address)
	if err != nil {
		return nil, withoutURL(err)
	}
	for name, values := range r.header {
		req.Raw().Header[name] = values
	}
	req.Raw().Header.Set("Accept", "application/json")
	if r.body == nil {
		return req, nil
	}
	if rec.body, err = encode(r.body); err != nil {
		return nil, err
	}
	contentType := "application/json"
	if r.method == http.MethodPatch {
		contentType = "application/merge-patch+json"
	}
	return req, req.SetBody(streaming.NopCloser(bytes.NewReader(rec.body)), contentType)
}

func (c *client) address(r request) (string, error) {
	if r.link != "" {
		return r.link, c.checkLink(r.link)
	}
	for id := range strings.SplitSeq(r.path[1:], "/") {
		if id == "" || id == "." || id == ".." {
			return "", fmt.Errorf("%q is no ID", id)
		}
	}
	query := url.Values{"api-version": {c.apiVersion}}
	for name, values := range r.query {
		query[name] = values
	}
	return c.base.String() + r.path + "?" + query.Encode(), nil
}

// checkLink refuses to take a token to another host than the one it is for.
func (c *client) checkLink(link string) error {
	u, err := url.Parse(link)
	switch {
	case err != nil || strings.Contains(link, " "):
		return errors.New("follow next link: not a URL")
	case u.Scheme != c.base.Scheme || authority(u) != c.base.Host || u.User != nil:
		return fmt.Errorf("follow next link: it leads to %s://%s instead of %s", u.Scheme, u.Host, c.base)
	}
	return nil
}

// encode writes v as JSON without the escapes that only HTML needs: they would
// count against the size of a message.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// segment escapes an ID as one segment of a path, the way Microsoft's own SDKs do.
func segment[ID ~string](id ID) string {
	return asSDKs.Replace(url.PathEscape(string(id)))
}

var asSDKs = strings.NewReplacer(":", "%3A", "@", "%40")
