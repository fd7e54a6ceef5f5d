package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// Reach asks the host at an address for anything. Whatever it answers, it can be
// reached; nothing secret is sent.
// The error of one that cannot be is a *twiliosrc.UnreachableError.
func Reach(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address+"/", http.NoBody)
	if err != nil {
		return fmt.Errorf("reach %s: %w", address, err)
	}
	resp, err := twiliosrc.NewTransport(0).RoundTrip(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return &twiliosrc.UnreachableError{Host: req.URL.Host, Err: err}
	}
	return resp.Body.Close()
}
