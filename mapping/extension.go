package mapping

import "strings"

// maxExtension bounds what counts as an extension, in bytes without its dot.
const maxExtension = 10

// splitExtension takes name apart before the dot of its extension. A dot that
// begins no short word of letters and digits begins no extension.
func splitExtension(name string) (stem, ext string) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 1 || len(name)-dot-1 > maxExtension {
		return name, ""
	}
	for i := dot + 1; i < len(name); i++ {
		if b := name[i]; (b < '0' || b > '9') && (b < 'A' || b > 'Z') && (b < 'a' || b > 'z') {
			return name, ""
		}
	}
	return strings.TrimRightFunc(name[:dot], isDotOrSpace), name[dot:]
}

// extensions are the usual ones of the content types that people send.
var extensions = map[string]string{
	"application/gzip":              ".gz",
	"application/json":              ".json",
	"application/msword":            ".doc",
	"application/pdf":               ".pdf",
	"application/rtf":               ".rtf",
	"application/vnd.ms-excel":      ".xls",
	"application/vnd.ms-powerpoint": ".ppt",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         ".xlsx",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   ".docx",
	"application/xml": ".xml",
	"application/zip": ".zip",
	"audio/aac":       ".aac",
	"audio/amr":       ".amr",
	"audio/mp4":       ".m4a",
	"audio/mpeg":      ".mp3",
	"audio/ogg":       ".ogg",
	"audio/wav":       ".wav",
	"audio/webm":      ".weba",
	"image/bmp":       ".bmp",
	"image/gif":       ".gif",
	"image/heic":      ".heic",
	"image/jpeg":      ".jpg",
	"image/png":       ".png",
	"image/svg+xml":   ".svg",
	"image/tiff":      ".tiff",
	"image/webp":      ".webp",
	"text/calendar":   ".ics",
	"text/csv":        ".csv",
	"text/html":       ".html",
	"text/plain":      ".txt",
	"text/vcard":      ".vcf",
	"text/x-vcard":    ".vcf",
	"video/3gpp":      ".3gp",
	"video/mp4":       ".mp4",
	"video/mpeg":      ".mpeg",
	"video/quicktime": ".mov",
	"video/webm":      ".webm",
}

// extensionOf is the usual extension of a content type, with its dot; empty for
// types that have none. The system's own table would differ between machines.
func extensionOf(contentType string) string {
	essence, _ := splitContentType(contentType)
	if strings.HasPrefix(essence, richContentPrefix) {
		return ".json"
	}
	return extensions[essence]
}
