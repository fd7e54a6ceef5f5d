package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/night"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate/report"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// freezeOption is a way to stop writing in Twilio that can be undone.
type freezeOption struct {
	Name   string   `json:"name"`
	Note   string   `json:"note"`
	Freeze []string `json:"freeze,omitempty"` // commands
	Undo   []string `json:"undo,omitempty"`
}

// freeze shows how writing can be stopped, and goes on once somebody says that it has.
// A snapshot does not change.
func (c *cutover) freeze(ctx context.Context) error {
	switch {
	case !c.source.isLive():
		return c.frozenNow(night.PhaseDrain, "a snapshot does not change")
	case c.frozen:
		return c.frozenNow(night.PhaseCheck, "--frozen says that writing has stopped")
	}
	if err := c.showFreeze(ctx); err != nil {
		return err
	}
	if c.s.prompts {
		yes, err := ask(ctx, c.s, "Has writing in Twilio stopped?")
		if err != nil {
			return err
		}
		if yes {
			return c.frozenNow(night.PhaseCheck, "somebody at the terminal says that writing has stopped")
		}
	}
	c.next("%s --frozen", c.again)
	return exitStatus(exitOwnLimit)
}

// showFreeze shows the ways to stop writing.
func (c *cutover) showFreeze(ctx context.Context) error {
	options, err := c.freezeOptions(ctx)
	if err != nil {
		return err
	}
	c.doc.Options = options
	c.tell("freeze", options, func(t *textWriter) { t.freezeOptions(options) })
	for _, o := range options {
		if err := c.protocol.Append(report.ProtocolEntry{At: time.Now(), Step: "freeze: " + o.Name, Facts: []string{o.Note}, Commands: o.commands()}); err != nil {
			return err
		}
	}
	return nil
}

func (c *cutover) frozenNow(next night.Phase, why string) error {
	c.journal.Frozen, c.journal.Phase = time.Now().UTC(), next
	return c.note("frozen", why)
}

// commands are all of an option, those that undo it last.
func (o freezeOption) commands() []string {
	list := slices.Clone(o.Freeze)
	if len(o.Undo) > 0 {
		list = append(append(list, "# and to undo it:"), o.Undo...)
	}
	return list
}

func (t *textWriter) freezeOptions(options []freezeOption) {
	t.printf("\n")
	t.heading("Freeze: stop writing in Twilio. This program never writes there; what can be undone:")
	for i, o := range options {
		t.printf("\n  %d. %s\n     %s\n", i+1, t.color.paint(bold, o.Name), o.Note)
		for _, line := range o.commands() {
			t.printf("       %s\n", line)
		}
	}
	t.printf("\n  Closing conversations (state=closed) stops writing as well, but for good; inactive does not stop it.\n")
}

// freezeOptions are those that facts of Twilio give: whoever writes by REST with the
// credentials of the account is stopped by the application alone.
func (c *cutover) freezeOptions(ctx context.Context) ([]freezeOption, error) {
	m, err := c.runOptions.open(ctx, c.s)
	if err != nil {
		return nil, err
	}
	defer func() { _ = m.close() }() // it was only read
	call := twilioCall(m.src)
	options := []freezeOption{
		{Name: "The application in read-only mode", Note: "The only way that stops servers which write with the credentials of the account. Text messages still arrive."},
		webhookFreeze(call),
	}
	roles, err := roleFreeze(ctx, m.src, call)
	if err != nil || len(roles.Freeze) == 0 {
		return options, err
	}
	return append(options, roles), nil
}

// twilioCall is how a command of curl begins that calls Twilio as this program does:
// with credentials from the environment, which stay there.
func twilioCall(src source) string {
	host := "https://conversations.twilio.com"
	if client, ok := src.(*twiliosrc.Client); ok {
		host, _ = client.Hosts()
	}
	user := `"$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN"`
	if os.Getenv("TWILIO_API_KEY") != "" {
		user = `"$TWILIO_API_KEY:$TWILIO_API_SECRET"`
	}
	return "curl -sS -u " + user + " " + shellWord(host) + "/v1"
}

// gatedEvents are the pre-action events whose refusal stops writing.
var gatedEvents = []string{"onMessageAdd", "onMessageUpdate", "onMessageRemove", "onParticipantAdd", "onParticipantUpdate", "onParticipantRemove"}

// webhookFreeze lets a webhook refuse whatever is written.
func webhookFreeze(call string) freezeOption {
	set := call + "/Configuration/Webhooks -X POST --data-urlencode PreWebhookUrl=https://YOUR-ENDPOINT.example/refuse"
	for _, e := range gatedEvents {
		set += " --data-urlencode Filters=" + e
	}
	return freezeOption{
		Name: "A pre-action webhook that answers 403",
		Note: "Stops chat users; writers by REST only where they send X-Twilio-Webhook-Enabled. An endpoint that does not answer lets writes through. " +
			"Filters replaces the whole list: add those of the first command that the application still needs.",
		Freeze: []string{call + "/Configuration/Webhooks > webhooks-before.json", set},
		Undo:   []string{"# set pre_webhook_url and filters back to what webhooks-before.json says:", call + "/Configuration/Webhooks -X POST --data-urlencode PreWebhookUrl=… --data-urlencode Filters=…"},
	}
}

// roleFreeze takes from the roles what lets people write, and gives it back to undo it.
func roleFreeze(ctx context.Context, src source, call string) (freezeOption, error) {
	o := freezeOption{
		Name: "Roles without the permission to write",
		Note: "Stops chat users alone, at once. The lists are those of now: a role that somebody changes meanwhile is set back by undoing it.",
	}
	for role, err := range src.Roles(ctx) {
		if err != nil {
			return o, fmt.Errorf("list roles: %w", err)
		}
		all, left := permissionsOf(role)
		switch {
		case len(left) == len(all):
			continue
		case len(left) == 0:
			o.Freeze = append(o.Freeze, fmt.Sprintf("# role %s: nothing would be left, and whether Twilio takes an empty list is not documented", shellWord(string(role.SID))))
			continue
		}
		set := fmt.Sprintf("%s/Services/%s/Roles/%s -X POST", call, shellWord(string(role.ServiceSID)), shellWord(string(role.SID)))
		o.Freeze = append(o.Freeze, set+permissionFields(left))
		o.Undo = append(o.Undo, set+permissionFields(all))
	}
	return o, nil
}

// permissionsOf are the permissions of a role, and those that are left without what
// writes messages or changes conversations. Whoever could only write may still leave.
func permissionsOf(role mapping.Role) (all, left []string) {
	var raw struct {
		Permissions []string `json:"permissions"`
	}
	if json.Unmarshal(role.Raw, &raw) != nil {
		return nil, nil // of a shape that nobody knows: nothing can be said of it
	}
	for _, p := range raw.Permissions {
		if !writes(p) {
			left = append(left, p)
		}
	}
	return raw.Permissions, left
}

// writes reports whether a permission lets somebody write messages, or change
// conversations and who is in them.
func writes(permission string) bool {
	for _, verb := range []string{"send", "edit", "delete", "add", "remove", "create", "join"} {
		if strings.HasPrefix(permission, verb) && !strings.HasSuffix(permission, "UserInfo") {
			return true
		}
	}
	return false
}

func permissionFields(permissions []string) string {
	var b strings.Builder
	for _, p := range permissions {
		b.WriteString(" --data-urlencode " + shellWord("Permission="+p))
	}
	return b.String()
}
