package acsdest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// nobody is a user that no resource has.
const nobody = "8:acs:00000000-0000-0000-0000-000000000000_00000000-0000-0000-0000-000000000000"

// Check asks whether the credentials of the resource are accepted, and changes
// nothing: it asks for a token of a user who does not exist, and for less than the
// hour that a token lives at least. Whoever may ask at all is answered with 400 (as
// recorded live: "ExpiresInMinutes value 59 is invalid") or 404; an
// error that is Unauthorized says that the credentials are not accepted.
func (i *Identity) Check(ctx context.Context) error {
	err := i.user(ctx, limits.IssueToken, http.MethodPost, nobody, "/:issueAccessToken", struct {
		Scopes  []TokenScope `json:"scopes"`
		Minutes int64        `json:"expiresInMinutes"`
	}{[]TokenScope{ScopeChat}, minutes(59 * time.Minute)}, nil)
	var answered *Error
	if errors.As(err, &answered) && (answered.Status == http.StatusBadRequest || answered.Status == http.StatusNotFound) {
		return nil
	}
	return err
}

// Check asks whether the credentials of the resource are accepted, as that of
// Identity does.
func (d *Destination) Check(ctx context.Context) error { return d.identity.Check(ctx) }
