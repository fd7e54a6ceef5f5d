package mapping

import (
	"bytes"
	"encoding/json"
	"strings"
)

// sharedFile is an element of fileSharingMetadata. The ACS UI library reads id,
// name and url in all versions. Extension is read by its betas up to 1.13, and
// attachmentType decides there whether a card is drawn: those up to 1.9 want
// "fileSharing", 1.13 wants "file". One value must do, and it is that of the
// newer ones, which is also the REST API's own word.
type sharedFile struct {
	ID             string `json:"id"` // unique within the message: a DOM id
	Name           string `json:"name"`
	URL            string `json:"url"`
	Extension      string `json:"extension"` // without a dot
	AttachmentType string `json:"attachmentType"`
}

// Attachment is a file of a message in ACS.
type Attachment struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	URL  string `json:"url,omitempty"`
	Type string `json:"type,omitempty"` // file or image
}

// Attachments are the files that the metadata of a message name, as the ACS UI library
// reads them. What it could not read either names none.
func Attachments(md Metadata) []Attachment {
	var files []sharedFile
	if json.Unmarshal([]byte(md[KeyFileSharingMetadata]), &files) != nil {
		return nil
	}
	var list []Attachment
	for _, f := range files {
		list = append(list, Attachment{ID: f.ID, Name: f.Name, URL: f.URL, Type: f.AttachmentType})
	}
	return list
}

// file is a Media that a message refers to.
type file struct {
	media Media
	name  string // safe
	url   string
}

func (f file) shared() sharedFile {
	_, ext := splitExtension(f.name)
	return sharedFile{
		ID:             keyElement(string(f.media.SID)),
		Name:           f.name,
		URL:            f.url,
		Extension:      strings.TrimPrefix(ext, "."),
		AttachmentType: "file",
	}
}

// attachments are the metadata fields of files, as many as fit; the others are
// left for the text.
func attachments(files []file) (fields []field, left []file) {
	if len(files) == 0 {
		return nil, nil
	}
	size := extentOf(KeyHasAttachment + KeyAttachmentURL + KeyFileSharingMetadata + "true[]").
		add(extentOf(files[0].url))
	var list []string
	for i, f := range files {
		element := compactText(f.shared())
		size = size.add(extentOf(element + ","))
		if size.size() > maxAttachmentMetadata {
			left = files[i:]
			break
		}
		list = append(list, element)
	}
	if len(list) == 0 {
		return nil, left
	}
	return []field{
		{KeyHasAttachment, "true"},
		{KeyAttachmentURL, files[0].url},
		{KeyFileSharingMetadata, "[" + strings.Join(list, ",") + "]"},
	}, left
}

// compactText is v as JSON, with & in URLs left readable.
func compactText(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // strings only: it cannot fail
		return "{}"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
