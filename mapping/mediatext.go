package mapping

import (
	"strings"
	"unicode/utf8"
)

// richContentPrefix begins the content types of cards, buttons and the like,
// which Twilio keeps beside the message instead of in it.
const richContentPrefix = "application/x-vnd.com.twilio.rich."

// NeedsText reports whether m is content of its message rather than an
// attachment: category body or history, or a rich-content payload
// (application/x-vnd.com.twilio.rich.*). Its bytes are then needed to draft the
// message.
func (m Media) NeedsText() bool {
	return m.Category == CategoryBody || m.Category == CategoryHistory || m.isRich()
}

func (m Media) isRich() bool {
	essence, _ := splitContentType(m.ContentType)
	return strings.HasPrefix(essence, richContentPrefix)
}

func (m Media) isHTML() bool {
	essence, _ := splitContentType(m.ContentType)
	return essence == "text/html" || essence == "application/xhtml+xml"
}

// splitContentType is a content type in lower case without parameters, and its
// charset.
func splitContentType(contentType string) (essence, charset string) {
	essence, parameters, _ := strings.Cut(strings.ToLower(contentType), ";")
	for parameter := range strings.SplitSeq(parameters, ";") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(parameter), "charset="); ok {
			charset = strings.Trim(value, `"' `)
		}
	}
	return strings.TrimSpace(essence), charset
}

// mediaText is the text of a body or history file: plain text as it is, HTML
// without its tags, rich content as lines. It is empty for other types. It
// reports whether bytes had to be replaced.
func mediaText(m Media, content []byte) (string, bool) {
	essence, charset := splitContentType(m.ContentType)
	text, repaired := decodeText(content, charset)
	switch {
	case m.isRich():
		text = richText([]byte(text))
	case m.isHTML():
		text = htmlText(text)
	case strings.HasPrefix(essence, "text/"):
		text = strings.ReplaceAll(text, "\r\n", "\n")
	default:
		return "", false
	}
	return strings.TrimSpace(text), repaired
}

// decodeText is content as UTF-8. E-mails still come in the Western 8-bit
// charsets; as browsers do, Latin-1 is read as Windows-1252.
func decodeText(content []byte, charset string) (string, bool) {
	if utf8.Valid(content) {
		return repairText(strings.TrimPrefix(string(content), "\uFEFF"))
	}
	switch charset {
	case "iso-8859-1", "iso8859-1", "latin1", "us-ascii", "windows-1252", "cp1252":
	default:
		return repairText(string(content))
	}
	var b strings.Builder
	b.Grow(len(content) + len(content)/8)
	for _, c := range content {
		if c >= 0x80 && c < 0xA0 {
			b.WriteRune(windows1252[c-0x80])
		} else {
			b.WriteRune(rune(c))
		}
	}
	return repairText(b.String())
}

// windows1252 are the characters 80 to 9F, where it differs from Latin-1.
var windows1252 = [...]rune{
	'€', '\uFFFD', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\uFFFD', 'Ž', '\uFFFD',
	'\uFFFD', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\uFFFD', 'ž', 'Ÿ',
}
