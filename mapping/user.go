package mapping

import "encoding/json"

// User is a chat user of one Twilio service.
type User struct {
	SID          UserSID    `json:"sid"`
	AccountSID   AccountSID `json:"account_sid"`
	ServiceSID   ServiceSID `json:"chat_service_sid"`
	Identity     Identity   `json:"identity"`
	FriendlyName string     `json:"friendly_name"`
	Attributes   string     `json:"attributes"`
	RoleSID      RoleSID    `json:"role_sid"`

	// Raw is the resource as Twilio returned it, unknown fields included.
	Raw json.RawMessage `json:"-"`
}

// Role names the permissions of users or participants. ACS has no roles: the
// friendly name travels as metadata.
type Role struct {
	SID          RoleSID    `json:"sid"`
	ServiceSID   ServiceSID `json:"chat_service_sid"`
	FriendlyName string     `json:"friendly_name"`
	Type         string     `json:"type"` // conversation or service

	// Raw is the resource as Twilio returned it, unknown fields included.
	Raw json.RawMessage `json:"-"`
}
