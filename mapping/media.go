package mapping

import "encoding/json"

// The categories of Media. Only CategoryMedia is an attachment; the others are
// part of what the message says.
const (
	CategoryMedia   = "media"
	CategoryBody    = "body"
	CategoryHistory = "history"
)

// Media is a file that belongs to a message.
type Media struct {
	SID         MediaSID `json:"sid"`
	ContentType string   `json:"content_type"` // whatever the uploader said
	Filename    string   `json:"filename"`     // untrusted; may be empty
	Size        int64    `json:"size"`         // bytes
	Category    string   `json:"category"`     // empty in older resources: CategoryMedia

	// Raw is the resource of the Media Content Service, where it was read.
	Raw json.RawMessage `json:"-"`
}
