package killtest_test

// The resources of an account, with the fields of Twilio's that say something.
type (
	user struct {
		SID          string  `json:"sid"`
		Service      string  `json:"chat_service_sid"`
		Identity     string  `json:"identity"`
		FriendlyName *string `json:"friendly_name"`
		Attributes   string  `json:"attributes"`
	}
	conversation struct {
		SID          string  `json:"sid"`
		Account      string  `json:"account_sid"`
		Service      string  `json:"chat_service_sid"`
		FriendlyName *string `json:"friendly_name"`
		Attributes   string  `json:"attributes"`
		State        string  `json:"state"`
		Created      string  `json:"date_created"`
		Updated      string  `json:"date_updated"`

		participants []*participant
		messages     []*message
		next         int64 // index
		noted        int64 // the last index that ACS is known to have; -1 for none
	}
	participant struct {
		SID          string   `json:"sid"`
		Conversation string   `json:"conversation_sid"`
		Identity     *string  `json:"identity"`
		Binding      *binding `json:"messaging_binding"`
		Attributes   string   `json:"attributes"`
		Created      string   `json:"date_created"`
		Read         *int64   `json:"last_read_message_index"`
	}
	binding struct {
		Type    string `json:"type"`
		Address string `json:"address"`
		Proxy   string `json:"proxy_address"`
	}
	message struct {
		SID          string  `json:"sid"`
		Account      string  `json:"account_sid"`
		Service      string  `json:"chat_service_sid"`
		Conversation string  `json:"conversation_sid"`
		Index        int64   `json:"index"`
		Author       string  `json:"author"`
		Participant  *string `json:"participant_sid"`
		Body         string  `json:"body"`
		Media        []media `json:"media"`
		Attributes   string  `json:"attributes"`
		Created      string  `json:"date_created"`
		Updated      string  `json:"date_updated"`
	}
	media struct {
		SID         string `json:"sid"`
		Size        int    `json:"size"`
		ContentType string `json:"content_type"`
		Filename    string `json:"filename"`
		Category    string `json:"category"`
	}
)
