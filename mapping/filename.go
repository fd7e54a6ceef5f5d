package mapping

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

const (
	// maxFileName bounds a file's name in the media store, in bytes. File
	// systems take 255; percent-encoding may triple it in URLs.
	maxFileName = 100
	// maxExtension bounds what counts as an extension, without its dot.
	maxExtension = 10
	// maxKeyElement bounds a SID in a key, in bytes.
	maxKeyElement = 64
)

// MediaKey is where a file is kept in the media store:
// <conversation SID>/<media SID>/<safe name>.
func (r Rules) MediaKey(c ConversationSID, m Media) string {
	return keyElement(string(c)) + "/" + keyElement(string(m.SID)) + "/" + m.safeName()
}

// keyElement is sid as one element of a key. What does not look like a SID
// becomes a digest, which has a hyphen, as no SID has: it cannot leave its
// folder, take the place of another, or name a device.
func keyElement(sid string) string {
	plain := sid != "" && len(sid) <= maxKeyElement && !isDeviceName(sid) && !strings.EqualFold(sid, sidecarFolder)
	for i := 0; plain && i < len(sid); i++ {
		b := sid[i]
		plain = b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
	}
	if plain {
		return sid
	}
	sum := sha256.Sum256([]byte(sid))
	return fmt.Sprintf("x-%x", sum[:16])
}

// safeName is the name of m in the media store and in messages: the last
// element of what the uploader called it, without what any file system or eye
// could take for something else. It is never empty.
func (m Media) safeName() string {
	stem, ext := splitExtension(cleanFileName(m.Filename))
	if ext == "" {
		ext = extensionOf(m.ContentType)
	}
	if stem == "" {
		stem = keyElement(string(m.SID))
		if ext == "" {
			ext = ".bin"
		}
	}
	if isDeviceName(stem) {
		stem = "_" + stem
	}
	return cutBytes(stem, maxFileName-len(ext)) + ext
}

// cleanFileName is the last element of name with everything removed or replaced
// that is not safe in every file system.
func cleanFileName(name string) string {
	name, _ = repairText(name)
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	dot := false
	name = strings.Map(func(r rune) rune {
		before := dot
		dot = r == '.'
		switch {
		case unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			dot = before
			return -1 // bidirectional overrides above all
		case dot && before:
			return -1 // never two dots in a row
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	return strings.TrimFunc(name, isDotOrSpace)
}

// isDotOrSpace reports whether r may not end a name on Windows. A dot at the
// beginning hides a file elsewhere.
func isDotOrSpace(r rune) bool { return r == '.' || unicode.IsSpace(r) }

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

// isDeviceName reports whether Windows takes a file of this name, whatever its
// extension, for a device.
func isDeviceName(name string) bool {
	name, _, _ = strings.Cut(name, ".")
	name = strings.ToUpper(strings.TrimRight(name, " "))
	switch name {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	port, ok := strings.CutPrefix(name, "COM")
	if !ok {
		port, ok = strings.CutPrefix(name, "LPT")
	}
	return ok && len([]rune(port)) == 1 && strings.Contains("0123456789¹²³", port)
}

// cutBytes is the longest beginning of s of at most n bytes that ends between
// two graphemes, without space or dot at its end.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	kept := 0
	for rest, state := s, -1; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if kept+len(cluster) > n {
			break
		}
		kept += len(cluster)
	}
	if kept == 0 { // one grapheme longer than that
		kept = prefixWithin(s, extent{utf8: n, utf16: 2 * n})
	}
	return strings.TrimRightFunc(s[:kept], isDotOrSpace)
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
