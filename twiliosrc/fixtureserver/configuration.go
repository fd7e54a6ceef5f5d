package fixtureserver

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

func (s *Server) configurationRoutes() []route {
	const service = "/v1/Services/{service}/Configuration"
	routes := []route{
		{"", "/v1/Configuration", s.fetchAccountConfiguration},
		{"", "/v1/Configuration/Webhooks", s.fetchAccountWebhooks},
		{"", service, s.ofService(s.serviceConfiguration)},
		{"", service + "/Webhooks", s.ofService(s.serviceWebhooks)},
		{"", service + "/Notifications", s.ofService(s.serviceNotifications)},
	}
	for i := range routes {
		routes[i].resource = ResourceConfiguration
	}
	return routes
}

// fetchAccountConfiguration answers how to find the default service, even if no
// configuration was recorded.
func (s *Server) fetchAccountConfiguration(w http.ResponseWriter, r *http.Request) error {
	account, _ := s.snap.Account()
	home, err := s.snap.DefaultService(r.Context())
	if err != nil {
		return err
	}
	return s.answerConfiguration(r.Context(), w,
		func(c configuration) bool { return c.DefaultService != "" },
		accountConfiguration{
			Account: account, DefaultService: home,
			URL:   productionURL + "/v1/Configuration",
			Links: map[string]string{"webhooks": productionURL + "/v1/Configuration/Webhooks"},
		})
}

func (s *Server) fetchAccountWebhooks(w http.ResponseWriter, r *http.Request) error {
	account, _ := s.snap.Account()
	return s.answerConfiguration(r.Context(), w,
		func(c configuration) bool { return c.webhooks() && c.Service == "" },
		webhookConfiguration{
			Account: account, Target: "webhook", Method: http.MethodPost, Filters: []string{},
			URL: productionURL + "/v1/Configuration/Webhooks",
		})
}

// ofService answers with a configuration of the service in the path.
func (s *Server) ofService(get func(mapping.ServiceSID, string) (wanted func(configuration) bool, unset any)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		service, err := s.service(r)
		if err != nil {
			return err
		}
		wanted, unset := get(service, productionURL+"/v1/Services/"+string(service)+"/Configuration")
		return s.answerConfiguration(r.Context(), w, func(c configuration) bool { return c.Service == service && wanted(c) }, unset)
	}
}

func (s *Server) serviceConfiguration(service mapping.ServiceSID, url string) (func(configuration) bool, any) {
	links := map[string]string{"notifications": url + "/Notifications", "webhooks": url + "/Webhooks"}
	return configuration.plain, serviceConfiguration{Service: service, URL: url, Links: links}
}

func (s *Server) serviceWebhooks(service mapping.ServiceSID, url string) (func(configuration) bool, any) {
	account, _ := s.snap.Account()
	return configuration.webhooks, webhookConfiguration{
		Account: account, Service: service, Method: http.MethodPost, Filters: []string{}, URL: url + "/Webhooks",
	}
}

func (s *Server) serviceNotifications(service mapping.ServiceSID, url string) (func(configuration) bool, any) {
	account, _ := s.snap.Account()
	return configuration.notifications, notificationConfiguration{Account: account, Service: service, URL: url + "/Notifications"}
}

// configuration is what tells the recorded configurations apart.
type configuration struct {
	DefaultService mapping.ServiceSID `json:"default_chat_service_sid"`
	Service        mapping.ServiceSID `json:"chat_service_sid"`
	URL            string             `json:"url"`
}

func (c configuration) webhooks() bool { return strings.HasSuffix(c.URL, "/Configuration/Webhooks") }

func (c configuration) notifications() bool {
	return strings.HasSuffix(c.URL, "/Configuration/Notifications")
}

func (c configuration) plain() bool { return !c.webhooks() && !c.notifications() }

// answerConfiguration answers with the recorded configuration that is wanted.
// Twilio has one even if nothing is set.
func (s *Server) answerConfiguration(ctx context.Context, w http.ResponseWriter, wanted func(configuration) bool, unset any) error {
	for record, err := range s.snap.Records(ctx, twiliosrc.Listing{Kind: twiliosrc.KindConfiguration}, 0) {
		if err != nil {
			return err
		}
		var c configuration
		if err := json.Unmarshal(record.Raw, &c); err != nil {
			return err
		}
		if wanted(c) {
			writeJSON(w, http.StatusOK, record.Raw)
			return nil
		}
	}
	body, err := json.Marshal(unset)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}
