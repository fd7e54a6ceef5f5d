package twiliosrc

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Hooks names everything of the account that tells somebody of what happens in
// conversations, or begins them: services and accounts with webhooks or push
// notifications, and addresses that begin conversations.
func (c *Client) Hooks(ctx context.Context) iter.Seq2[string, error] { return hooks(ctx, c) }

// Hooks names those that were recorded.
func (s *Snapshot) Hooks(ctx context.Context) iter.Seq2[string, error] { return hooks(ctx, s) }

// HooksOf names the webhooks of one conversation. They cost a request, and are
// only looked for with ClientOptions.Webhooks.
func (c *Client) HooksOf(ctx context.Context, conv mapping.Conversation) iter.Seq2[string, error] {
	if !c.webhooks {
		return func(func(string, error) bool) {}
	}
	return named(c.Webhooks(ctx, conv), func(h hook) bool { return h.SID != "" })
}

// HooksOf names those that were recorded of one conversation.
func (s *Snapshot) HooksOf(ctx context.Context, conv mapping.Conversation) iter.Seq2[string, error] {
	return named(s.Webhooks(ctx, conv), func(h hook) bool { return h.SID != "" })
}

// configured is what both sources know of an account.
type configured interface {
	Configurations(context.Context) iter.Seq2[json.RawMessage, error]
	AddressConfigurations(context.Context) iter.Seq2[json.RawMessage, error]
}

func hooks(ctx context.Context, src configured) iter.Seq2[string, error] {
	configurations := named(src.Configurations(ctx), hook.fires)
	addresses := named(src.AddressConfigurations(ctx), func(h hook) bool { return h.AutoCreation.Enabled })
	return func(yield func(string, error) bool) {
		for _, list := range []iter.Seq2[string, error]{configurations, addresses} {
			for item, err := range list {
				if !yield(item, err) {
					return
				}
			}
		}
	}
}

// named are the names of those resources that are hooks: their own, that of their
// service, or that of the account.
func named(list iter.Seq2[json.RawMessage, error], is func(hook) bool) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for raw, err := range list {
			var h hook
			name := ""
			if err == nil {
				if json.Unmarshal(raw, &h) != nil || !is(h) {
					continue
				}
				name = cmp.Or(h.SID, h.Service, h.Account)
			}
			if !yield(name, err) {
				return
			}
		}
	}
}

// hook is what of a resource says that it is one.
type hook struct {
	SID          string `json:"sid"`
	Service      string `json:"chat_service_sid"`
	Account      string `json:"account_sid"`
	PreWebhook   string `json:"pre_webhook_url"`
	PostWebhook  string `json:"post_webhook_url"`
	AutoCreation struct {
		Enabled bool `json:"enabled"`
	} `json:"auto_creation"`
	NewMessage notice `json:"new_message"`
	Added      notice `json:"added_to_conversation"`
	Removed    notice `json:"removed_from_conversation"`
}

func (h hook) fires() bool {
	return h.PreWebhook != "" || h.PostWebhook != "" || h.NewMessage.Enabled || h.Added.Enabled || h.Removed.Enabled
}
