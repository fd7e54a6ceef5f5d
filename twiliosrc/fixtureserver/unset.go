package fixtureserver

import "github.com/twilio2acs/twilio2acs/mapping"

// accountConfiguration is the configuration of an account with nothing set.
type accountConfiguration struct {
	Account          mapping.AccountSID `json:"account_sid"`
	DefaultService   mapping.ServiceSID `json:"default_chat_service_sid"`
	MessagingService *string            `json:"default_messaging_service_sid"`
	InactiveTimer    *string            `json:"default_inactive_timer"`
	ClosedTimer      *string            `json:"default_closed_timer"`
	URL              string             `json:"url"`
	Links            map[string]string  `json:"links"`
}

// serviceConfiguration is the configuration of a service with nothing set.
type serviceConfiguration struct {
	Service      mapping.ServiceSID `json:"chat_service_sid"`
	CreatorRole  *string            `json:"default_conversation_creator_role_sid"`
	Role         *string            `json:"default_conversation_role_sid"`
	ServiceRole  *string            `json:"default_chat_service_role_sid"`
	Reachability bool               `json:"reachability_enabled"`
	URL          string             `json:"url"`
	Links        map[string]string  `json:"links"`
}

// webhookConfiguration is that of an account, or of a service, without webhooks.
// Only that of an account has a target.
type webhookConfiguration struct {
	Account mapping.AccountSID `json:"account_sid"`
	Service mapping.ServiceSID `json:"chat_service_sid,omitempty"`
	Pre     *string            `json:"pre_webhook_url"`
	Post    *string            `json:"post_webhook_url"`
	Method  string             `json:"method"`
	Filters []string           `json:"filters"`
	Target  string             `json:"target,omitempty"`
	URL     string             `json:"url"`
}

// notificationConfiguration is that of a service which notifies nobody.
type notificationConfiguration struct {
	Account mapping.AccountSID  `json:"account_sid"`
	Service mapping.ServiceSID  `json:"chat_service_sid"`
	Log     bool                `json:"log_enabled"`
	Added   notification        `json:"added_to_conversation"`
	Message messageNotification `json:"new_message"`
	Removed notification        `json:"removed_from_conversation"`
	URL     string              `json:"url"`
}

type notification struct {
	Enabled bool `json:"enabled"`
}

type messageNotification struct {
	notification
	BadgeCount bool         `json:"badge_count_enabled"`
	Media      notification `json:"with_media"`
}
