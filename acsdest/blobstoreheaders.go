package acsdest

import (
	"mime"
	"path"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
)

const unknownType = "application/octet-stream"

// maxContentType is how long a content type may be, in bytes; a longer one is
// nobody's honest description of a file.
const maxContentType = 200

// blobHeaders are the headers that a file is served with.
//
// Whoever uploaded the file to Twilio chose its content type. Were a page or a
// drawing with a script in it served to be opened, the script would run with the
// rights of the host that serves it: the application's own, if it passes files
// through. So only what no browser runs is left to be shown in place, and
// everything else is for saving, under its name.
func blobHeaders(key, contentType string) blob.HTTPHeaders {
	contentType = safeContentType(contentType)
	h := blob.HTTPHeaders{BlobContentType: &contentType}
	if !isShown(contentType) {
		h.BlobContentDisposition = to.Ptr(mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(key)}))
	}
	return h
}

// safeContentType is contentType with its parameters, if it is one.
func safeContentType(contentType string) string {
	essence, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		parameters = nil // if it is only them, the type itself is still good
	}
	safe := mime.FormatMediaType(essence, parameters)
	if !strings.Contains(essence, "/") || safe == "" || len(safe) > maxContentType {
		return unknownType
	}
	return safe
}

// isShown reports whether a browser shows a file of this type without giving what
// is in it the rights of a page: a viewer keeps the scripts of a PDF to itself.
// Types on XML may carry scripts, whatever they describe.
func isShown(contentType string) bool {
	essence, _, _ := strings.Cut(contentType, ";")
	kind, subtype, _ := strings.Cut(essence, "/")
	if strings.HasSuffix(subtype, "xml") {
		return false
	}
	switch kind {
	case "image", "audio", "video":
		return true
	}
	return essence == "text/plain" || essence == "application/pdf"
}
