package fixtureserver

import "github.com/twilio2acs/twilio2acs/twiliosrc"

// Resource is a sort of resource that can be asked for. Faults and page sizes
// go by it.
type Resource string

// The resources.
const (
	ResourceServices                 Resource = "services"
	ResourceConfiguration            Resource = "configuration"
	ResourceAddressConfigurations    Resource = "address_configurations"
	ResourceConversations            Resource = "conversations"
	ResourceParticipants             Resource = "participants"
	ResourceMessages                 Resource = "messages"
	ResourceReceipts                 Resource = "receipts"
	ResourceChannelMetadata          Resource = "channel_metadata"
	ResourceWebhooks                 Resource = "webhooks"
	ResourceUsers                    Resource = "users"
	ResourceUserConversations        Resource = "user_conversations"
	ResourceParticipantConversations Resource = "participant_conversations"
	ResourceRoles                    Resource = "roles"
	ResourceBindings                 Resource = "bindings"
	ResourceCredentials              Resource = "credentials"
	ResourceMedia                    Resource = "media" // of the Media Content Service
	ResourceFiles                    Resource = "files" // behind signed URLs
)

// shape is how the pages of a resource look, from Twilio's OpenAPI document.
type shape struct {
	key             string // of the list in a page
	normal, largest int    // sizes
}

// shapes are those of all resources that are listed.
var shapes = map[Resource]shape{
	ResourceServices:                 {"services", 50, 100},
	ResourceAddressConfigurations:    {"address_configurations", 50, 50},
	ResourceConversations:            {"conversations", 50, 100},
	ResourceParticipants:             {"participants", 50, 100},
	ResourceMessages:                 {"messages", 50, 100},
	ResourceReceipts:                 {"delivery_receipts", 50, 50},
	ResourceWebhooks:                 {"webhooks", 5, 5},
	ResourceUsers:                    {"users", 50, 50},
	ResourceUserConversations:        {"conversations", 50, 50},
	ResourceParticipantConversations: {"conversations", 50, 50},
	ResourceRoles:                    {"roles", 50, 50},
	ResourceBindings:                 {"bindings", 50, 100},
	ResourceCredentials:              {"credentials", 50, 100},
}

// kind is the file of a snapshot that holds r.
func (r Resource) kind() twiliosrc.Kind { return twiliosrc.Kind(r) }

// known reports whether r is one of the resources.
func (r Resource) known() bool {
	switch r {
	case ResourceConfiguration, ResourceChannelMetadata, ResourceMedia, ResourceFiles:
		return true
	}
	_, listed := shapes[r]
	return listed
}
