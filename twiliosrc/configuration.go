package twiliosrc

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Configurations lists the configuration of the account and those of its
// services: which service is the default one, which roles newcomers get, after
// how long conversations go quiet, who is told of what happens in them.
func (c *Client) Configurations(ctx context.Context) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		if !c.configuration(ctx, accountConfigurationPath, yield, "/Webhooks") {
			return
		}
		for s, err := range c.Services(ctx) {
			if err != nil {
				yield(nil, wholeService(err))
				return
			}
			if !c.configuration(ctx, servicePath(s.SID, "Configuration"), yield, "/Webhooks", "/Notifications") {
				return
			}
		}
	}
}

// configuration yields one and those below it that set anything: Twilio has them
// even if nobody ever did, though not in every region. It reports whether to go on.
func (c *Client) configuration(ctx context.Context, path string, yield func(json.RawMessage, error) bool, below ...string) bool {
	raw, err := c.singleton(ctx, path)
	if !yield(raw, err) || err != nil && !isDamage(err) {
		return false
	}
	for _, name := range below {
		raw, err := c.singleton(ctx, path+name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !setsAnything(raw) {
			continue
		}
		if !yield(raw, err) || err != nil && !isDamage(err) {
			return false
		}
	}
	return true
}

// setsAnything reports whether a configuration of webhooks or notifications was
// ever touched.
func setsAnything(raw json.RawMessage) bool {
	var c struct {
		hook
		Filters    []string `json:"filters"`
		LogEnabled bool     `json:"log_enabled"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return true // whatever it is, it is kept
	}
	untouched := notice{}
	return c.fires() || len(c.Filters) > 0 || c.LogEnabled ||
		c.NewMessage != untouched || c.Added != untouched || c.Removed != untouched
}

// notice is something that a service may push about.
type notice struct {
	Enabled  bool   `json:"enabled"`
	Template string `json:"template"`
	Sound    string `json:"sound"`
}

// Configurations lists those that were recorded.
func (s *Snapshot) Configurations(ctx context.Context) iter.Seq2[json.RawMessage, error] {
	return s.resources(ctx, Listing{Kind: KindConfiguration})
}

const accountConfigurationPath = "/v1/Configuration"

// DefaultService is the one whose conversations have URLs without a service.
func (c *Client) DefaultService(ctx context.Context) (mapping.ServiceSID, error) {
	raw, err := c.singleton(ctx, accountConfigurationPath)
	if err != nil {
		return "", err
	}
	return defaultService(raw), nil
}

// DefaultService is the one that the manifest names or, if it names none, the
// recorded configuration. It is empty if neither does.
func (s *Snapshot) DefaultService(ctx context.Context) (mapping.ServiceSID, error) {
	found := s.manifest.DefaultServiceSID
	for raw, err := range s.Configurations(ctx) {
		if found != "" {
			break
		}
		if err != nil {
			return "", err
		}
		found = cmp.Or(found, defaultService(raw))
	}
	return found, nil
}

// defaultService reads the configuration of an account.
func defaultService(raw []byte) mapping.ServiceSID {
	sid := string(stringField(raw, "default_chat_service_sid"))
	if !validSID(prefixService, sid) {
		return ""
	}
	return mapping.ServiceSID(sid)
}
