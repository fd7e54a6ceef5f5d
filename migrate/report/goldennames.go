package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// goldenNames are names that last, for users whose IDs differ in every replay.
type goldenNames struct {
	users map[mapping.CommunicationUserID]string
	sids  map[string]mapping.UserSID // by name
}

// nameUsers names everybody in the ledger: user:IS…/mia, placeholder:IS…/SMS ••67.
// Addresses are masked, whatever the rules say, since golden files are shown to more
// people than a snapshot, and nobody is to bear another name under other rules;
// those that look the same then are numbered, in the order of what they are.
func nameUsers(ledger migrate.LedgerReader) (*goldenNames, error) {
	var people []mapping.PersonRecord
	for p, err := range ledger.Persons() {
		if err != nil {
			return nil, fmt.Errorf("list users: %w", err)
		}
		people = append(people, p)
	}
	slices.SortFunc(people, func(a, b mapping.PersonRecord) int {
		return cmp.Or(cmp.Compare(a.Key.Kind, b.Key.Kind), cmp.Compare(a.Key.Service, b.Key.Service), cmp.Compare(a.Key.Name, b.Key.Name))
	})
	names := &goldenNames{
		users: make(map[mapping.CommunicationUserID]string, len(people)),
		sids:  make(map[string]mapping.UserSID, len(people)),
	}
	for _, p := range people {
		name := names.free(nameOf(p.Key))
		names.users[p.ID] = name
		names.sids[name] = p.UserSID
	}
	return names, nil
}

// free is name, or name with the first number that nobody bears yet.
func (n *goldenNames) free(name string) string {
	numbered := name
	for i := 2; ; i++ {
		if _, taken := n.sids[numbered]; !taken {
			return numbered
		}
		numbered = name + " #" + strconv.Itoa(i)
	}
}

func nameOf(key mapping.PersonKey) string {
	masking := mapping.Rules{Addresses: mapping.AddressesMask}
	if key.Service == "" && key.Name == "" {
		return string(key.Kind)
	}
	return string(key.Kind) + ":" + string(key.Service) + "/" + masking.PublicName(key.Name)
}

// unknownUser is the name of somebody whom the ledger does not know. No replay
// should show one.
const unknownUser = "unknown"

// user is the name of a user; empty for nobody.
func (n *goldenNames) user(id mapping.CommunicationUserID) string {
	if id == "" {
		return ""
	}
	return cmp.Or(n.users[id], unknownUser)
}

// messageNamer names the messages of one thread, in order.
type messageNamer struct {
	taken map[string]int
}

// name is the Twilio message that m is, with its part, or what kind of message it
// is. None is given twice.
func (n *messageNamer) name(m mapping.ChatMessage) string {
	name := m.Metadata[mapping.KeyMessageSID]
	if part := m.Metadata[mapping.KeyPart]; part != "" {
		name += " " + part
	}
	if name = cmp.Or(name, m.Type); n.taken == nil {
		n.taken = make(map[string]int)
	}
	n.taken[name]++
	if times := n.taken[name]; times > 1 || name == m.Type {
		name += " #" + strconv.Itoa(times)
	}
	return name
}
