package acsdest

import (
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// userTokenPolicy authorizes a call with the token of the user it is made as. A
// token that is refused is replaced once: a 401 says that nothing was done, so
// the call may be made again.
type userTokenPolicy struct{ tokens TokenSource }

func (p *userTokenPolicy) Do(req *policy.Request) (*http.Response, error) {
	refused, resp, err := p.attempt(req)
	source, ok := p.tokens.(tokenInvalidator)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || !ok {
		return resp, err
	}
	source.Invalidate(mapping.CommunicationUserID(recordOf(req).call.User), refused)
	if err := req.RewindBody(); err != nil {
		return resp, err
	}
	_, resp, err = p.attempt(req)
	return resp, err
}

// attempt makes the call and tells with which token.
func (p *userTokenPolicy) attempt(req *policy.Request) (string, *http.Response, error) {
	rec := recordOf(req)
	token, err := p.tokens.Token(req.Raw().Context(), mapping.CommunicationUserID(rec.call.User))
	if err != nil {
		resp, err := rec.fail(noToken(rec.call.Operation, err))
		return "", resp, err
	}
	req.Raw().Header.Set("Authorization", "Bearer "+token.Token)
	resp, err := req.Next()
	return token.Token, resp, err
}
