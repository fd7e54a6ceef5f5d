package twiliosrc

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Hooks names everything in the account that tells somebody of what happens in
// conversations, or begins them: services and accounts with webhooks or push
// notifications, addresses that begin conversations, webhooks of single
// conversations. Those last ones cost a request for each conversation, and are
// only looked for with ClientOptions.Webhooks.
func (c *Client) Hooks(ctx context.Context) iter.Seq2[string, error] {
	return hooks(ctx, c, func(yield func(json.RawMessage, error) bool) {
		if !c.webhooks {
			return
		}
		for conv, err := range c.Conversations(ctx) {
			if err != nil {
				if !yield(nil, err) {
					return
				}
				continue
			}
			for raw, err := range c.Webhooks(ctx, conv) {
				if !yield(raw, err) {
					return
				}
			}
		}
	})
}

// Hooks names those that were recorded.
func (s *Snapshot) Hooks(ctx context.Context) iter.Seq2[string, error] {
	return hooks(ctx, s, func(yield func(json.RawMessage, error) bool) {
		for r, err := range s.Records(ctx, Listing{Kind: KindWebhooks}, 0) {
			if !yield(r.Raw, err) {
				return
			}
		}
	})
}

// configured is what both sources know of an account.
type configured interface {
	Account() (mapping.AccountSID, string)
	Configurations(context.Context) iter.Seq2[json.RawMessage, error]
	AddressConfigurations(context.Context) iter.Seq2[json.RawMessage, error]
}

// hook is what of a resource says that it is one.
type hook struct {
	SID          string `json:"sid"`
	Service      string `json:"chat_service_sid"`
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

func hooks(ctx context.Context, src configured, scoped iter.Seq2[json.RawMessage, error]) iter.Seq2[string, error] {
	account, _ := src.Account()
	return func(yield func(string, error) bool) {
		each := func(list iter.Seq2[json.RawMessage, error], is func(hook) bool) bool {
			for raw, err := range list {
				var h hook
				if err == nil && json.Unmarshal(raw, &h) != nil {
					continue // what cannot be read names nobody
				}
				if err == nil && !is(h) {
					continue
				}
				if !yield(cmp.Or(h.SID, h.Service, string(account)), err) || err != nil && !isDamage(err) {
					return false
				}
			}
			return true
		}
		_ = each(src.Configurations(ctx), hook.fires) &&
			each(src.AddressConfigurations(ctx), func(h hook) bool { return h.AutoCreation.Enabled }) &&
			each(scoped, func(h hook) bool { return h.SID != "" })
	}
}
