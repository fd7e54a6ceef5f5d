package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// SidecarFormat marks conversation.json.
const SidecarFormat = "twilio2acs-conversation/v1"

// sidecarFolder is the folder of a conversation that holds what is no file of
// its messages.
const sidecarFolder = "sidecar"

// SidecarFolder is where conversation.json and the chunks of a conversation are
// kept.
func SidecarFolder(c ConversationSID) string { return ConversationFolder(c) + "/" + sidecarFolder }

// SidecarKey is where conversation.json is kept.
func (r Rules) SidecarKey(c ConversationSID) string { return SidecarFolder(c) + "/conversation.json" }

// Sidecar is conversation.json: everything of the conversation that ACS has no
// place for, as Twilio gave it, one resource a line. Addresses stand in it even
// when they are masked: it lives in the media store, which is the customer's
// own.
func (r Rules) Sidecar(c Conversation, ro *Roster) []byte {
	c.Timers, c.Bindings = soundJSON(c.Timers), soundJSON(c.Bindings)
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n\"format\": %q,\n\"conversation\": %s", SidecarFormat, resourceJSON(c.Raw, c))
	participants := make([][]byte, len(ro.participants))
	for i, p := range ro.participants {
		participants[i] = resourceJSON(p.Raw, p)
	}
	writeList(&b, "participants", participants)
	users := ro.users()
	writeList(&b, "users", resources(users, func(u User) json.RawMessage { return u.Raw }))
	writeList(&b, "roles", resources(ro.roles(users), func(r Role) json.RawMessage { return r.Raw }))
	b.WriteString("\n}\n")
	return b.Bytes()
}

// Release gives back what nothing but Sidecar needs: the participants as Twilio
// returned them. Rosters are kept as long as their conversations are in progress.
func (ro *Roster) Release() {
	ro.participants = nil
	for i := range ro.people {
		ro.people[i].Participant.Raw = nil
	}
	for i := range ro.Members {
		ro.Members[i].Participant.Raw = nil
	}
}

// resources renders nouns, each through its raw form where it has one.
func resources[T any](nouns []T, raw func(T) json.RawMessage) [][]byte {
	lines := make([][]byte, len(nouns))
	for i, n := range nouns {
		lines[i] = resourceJSON(raw(n), n)
	}
	return lines
}

func writeList(b *bytes.Buffer, name string, lines [][]byte) {
	fmt.Fprintf(b, ",\n%q: [", name)
	for i, line := range lines {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(line)
	}
	if len(lines) > 0 {
		b.WriteByte('\n')
	}
	b.WriteByte(']')
}

// users are the chat users among the participants, in their order.
func (ro *Roster) users() []User {
	var users []User
	for _, m := range ro.people {
		if u, ok := ro.user(m.Participant.Identity); ok {
			users = append(users, u)
		}
	}
	return users
}

// roles are those of participants and users, each once, in the order met.
func (ro *Roster) roles(users []User) []Role {
	var roles []Role
	seen := make(map[RoleSID]bool)
	note := func(sid RoleSID) {
		if role, ok := ro.role(sid); ok && !seen[sid] {
			seen[sid] = true
			roles = append(roles, role)
		}
	}
	for _, p := range ro.participants {
		note(p.RoleSID)
	}
	for _, u := range users {
		note(u.RoleSID)
	}
	return roles
}
