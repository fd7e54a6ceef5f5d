package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// GoldenFormat marks every golden file. It changes only when older files can no
// longer be compared.
const GoldenFormat = "twilio2acs-golden/v1"

// A GoldenDocument is one part of what a replay came to, in the form that golden
// files have: JSON with one field a line, its keys sorted, in which everything that
// another replay would name differently bears a name that lasts.
type GoldenDocument struct {
	// Name is the golden file, such as CH….json. It is a plain file name, whatever
	// the snapshot calls its conversations.
	Name string
	// Title says in a few words what the document is about.
	Title string
	// Text is the document, ending with a line feed.
	Text []byte
}

// goldenThread is a conversation as it arrived.
type goldenThread struct {
	Conversation mapping.ConversationSID  `json:"conversation"`
	Files        map[string]string        `json:"files,omitempty"` // digest by key of the media store
	Format       string                   `json:"format"`
	Losses       map[mapping.LossCode]int `json:"losses,omitempty"`
	Members      []goldenMember           `json:"members,omitempty"`
	Messages     []goldenMessage          `json:"messages,omitempty"`
	Reason       string                   `json:"reason,omitempty"` // of a status other than done
	Status       mapping.Status           `json:"status"`
	Thread       *goldenProperties        `json:"thread,omitempty"` // nil when none was created
}

type goldenProperties struct {
	CreatedBy string           `json:"createdBy"`
	Metadata  mapping.Metadata `json:"metadata,omitempty"`
	Retention string           `json:"retention"`
	Topic     string           `json:"topic"`
}

type goldenMember struct {
	DisplayName string           `json:"displayName,omitempty"`
	Metadata    mapping.Metadata `json:"metadata,omitempty"`
	ReadTo      string           `json:"readTo,omitempty"` // name of a message
	User        string           `json:"user"`
}

type goldenMessage struct {
	By                string           `json:"by,omitempty"` // of a system message
	Content           string           `json:"content,omitempty"`
	Deleted           bool             `json:"deleted,omitempty"`
	Edited            bool             `json:"edited,omitempty"`
	ID                string           `json:"id"`
	Members           []string         `json:"members,omitempty"` // who came or went
	Metadata          mapping.Metadata `json:"metadata,omitempty"`
	Sender            string           `json:"sender,omitempty"`
	SenderDisplayName string           `json:"senderDisplayName,omitempty"`
	Topic             string           `json:"topic,omitempty"` // the new one
	Type              string           `json:"type"`
}

// goldenUsers are the communication users that were created, each with the Twilio
// user it is of, if any.
type goldenUsers struct {
	Format string                     `json:"format"`
	Users  map[string]mapping.UserSID `json:"users"`
}

// canonical is v as it stands in a golden file. It goes through a tree, because the
// keys of maps are sorted and those of structs are not.
func canonical(v any) ([]byte, error) {
	var b bytes.Buffer
	if err := encodeGolden(&b, v); err != nil {
		return nil, err
	}
	tree, err := parseGolden(&b)
	if err != nil {
		return nil, err
	}
	b.Reset()
	if err := encodeGolden(&b, tree); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func encodeGolden(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode golden document: %w", err)
	}
	return nil
}

// errTrailing is the error of a document that goes on after its end.
var errTrailing = errors.New("something follows after the end of the document")

// parseGolden reads one JSON value and nothing after it. Numbers stay as they are
// written.
func parseGolden(r io.Reader) (tree any, err error) {
	d := json.NewDecoder(r)
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errTrailing
	}
	return tree, nil
}
