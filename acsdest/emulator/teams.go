package emulator

import (
	"net/http"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// exchangeToken is an operation that the table of limits does not list.
const exchangeToken limits.Operation = "exchange Teams user token"

// teamsTokenLife is how long an exchanged token lives; the service does not
// publish it.
const teamsTokenLife = time.Hour

type exchangeTokenRequest struct {
	Token  string `json:"token"` // of Entra ID; any is taken
	AppID  string `json:"appId"`
	UserID string `json:"userId"`
}

// exchangeTeamsToken turns an Entra ID token of a Teams user into a user access
// token, so that every method of an SDK finds its operation. The token is that
// of no communication user: Chat refuses it.
func (s *Server) exchangeTeamsToken(c *call) (reply, error) {
	var in exchangeTokenRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Token == "" || in.AppID == "" || in.UserID == "" {
		return reply{}, invalid("token", "Token, appId and userId are required.")
	}
	token := s.newToken(userID("8:orgid:"+in.UserID), 0, []scope{scopeVoIP}, teamsTokenLife)
	return reply{status: http.StatusOK, body: token}, nil
}
