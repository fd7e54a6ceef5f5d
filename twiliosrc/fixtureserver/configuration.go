package fixtureserver

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

func (s *Server) configurationRoutes() []route {
	return []route{
		{"/v1/Configuration", s.fetchAccountConfiguration},
		{"/v1/Services/{service}/Configuration", s.fetchServiceConfiguration},
	}
}

var configurations = twiliosrc.Listing{Kind: twiliosrc.KindConfiguration}

// fetchAccountConfiguration answers how to find the default service, even if no
// configuration was recorded.
func (s *Server) fetchAccountConfiguration(w http.ResponseWriter, r *http.Request) error {
	account, _ := s.snap.Account()
	raw, err := s.snap.Find(r.Context(), configurations, "default_chat_service_sid", string(s.snap.Manifest().DefaultServiceSID))
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = json.Marshal(accountConfiguration{Account: account, DefaultService: s.snap.Manifest().DefaultServiceSID})
	}
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, raw)
	return nil
}

func (s *Server) fetchServiceConfiguration(w http.ResponseWriter, r *http.Request) error {
	service, err := s.service(r)
	if err != nil {
		return err
	}
	raw, err := s.snap.Find(r.Context(), configurations, "chat_service_sid", string(service))
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = json.Marshal(serviceConfiguration{Service: service})
	}
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, raw)
	return nil
}

// accountConfiguration is the configuration of an account with nothing set.
type accountConfiguration struct {
	Account          mapping.AccountSID `json:"account_sid"`
	DefaultService   mapping.ServiceSID `json:"default_chat_service_sid"`
	MessagingService *string            `json:"default_messaging_service_sid"`
	InactiveTimer    *string            `json:"default_inactive_timer"`
	ClosedTimer      *string            `json:"default_closed_timer"`
}

// serviceConfiguration is the configuration of a service with nothing set.
type serviceConfiguration struct {
	Service      mapping.ServiceSID `json:"chat_service_sid"`
	CreatorRole  *string            `json:"default_conversation_creator_role_sid"`
	Role         *string            `json:"default_conversation_role_sid"`
	ServiceRole  *string            `json:"default_chat_service_role_sid"`
	Reachability bool               `json:"reachability_enabled"`
}
