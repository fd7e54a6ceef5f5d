package redact

import "strings"

// contentType replaces what is no registered word in a content type. It comes
// from whoever sent the file, and may name the file.
func (w *rewriter) contentType(s string) string {
	parts := strings.Split(s, ";")
	parts[0] = w.essence(parts[0])
	for i, parameter := range parts[1:] {
		parts[i+1] = outside(isCharset, w.text, parameter)
	}
	return strings.Join(parts, ";")
}

// essence replaces a type without parameters.
func (w *rewriter) essence(s string) string {
	major, minor, ok := strings.Cut(s, "/")
	major = outside(majorTypes.holdsType, w.text, major)
	if !ok {
		return major
	}
	if kind, rich := cutPrefixFold(minor, richPrefix); rich {
		return major + "/" + minor[:len(richPrefix)] + outside(richKinds.holdsType, w.text, kind)
	}
	return major + "/" + outside(minorTypes.holdsType, w.text, minor)
}

// richPrefix begins the types of cards, buttons and the like after
// "application/"; mapping reads such files.
const richPrefix = "x-vnd.com.twilio.rich."

// cutPrefixFold is s after a prefix in whatever case.
func cutPrefixFold(s, prefix string) (after string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// holdsType is holds for a part of a content type.
func (w words) holdsType(s string) bool { return w.holds(plainType(s)) }

func isCharset(s string) bool {
	name, charset, ok := strings.Cut(plainType(s), "=")
	return ok && name == "charset" && charsets.holds(strings.Trim(charset, `"' `))
}

func plainType(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

var (
	majorTypes = wordsOf("application audio chemical font image message model multipart text video")
	minorTypes = wordsOf(`3gpp 3gpp2 aac amr avif basic bmp calendar css csv directory flac gif gzip heic heif html javascript
		jpeg jpg json markdown midi mixed mp3 mp4 mpeg msword octet-stream ogg opus pdf pjpeg plain png postscript quicktime
		rfc822 rich rtf svg+xml tab-separated-values tiff vcard vnd.amazon.ebook vnd.apple.pkpass vnd.geo+json vnd.ms-excel
		vnd.ms-outlook vnd.ms-powerpoint vnd.oasis.opendocument.presentation vnd.oasis.opendocument.spreadsheet
		vnd.oasis.opendocument.text vnd.openxmlformats-officedocument.presentationml.presentation
		vnd.openxmlformats-officedocument.spreadsheetml.sheet vnd.openxmlformats-officedocument.wordprocessingml.document
		vnd.rar wav wave webm webp x-7z-compressed x-gzip x-m4a x-matroska x-ms-wmv x-msvideo x-rar-compressed x-tar x-vcard
		x-wav x-zip-compressed xhtml+xml xml zip`)
	// richKinds are those of the Content API.
	richKinds = wordsOf(`twilio.text twilio.media twilio.location twilio.list-picker twilio.call-to-action
		twilio.quick-reply twilio.card twilio.carousel twilio.catalog twilio.flows twilio.schedule
		whatsapp.authentication whatsapp.card whatsapp.flows`)
	charsets = wordsOf(`utf-8 utf8 utf-16 utf-16le utf-16be us-ascii ascii iso-8859-1 iso8859-1 latin1 iso-8859-2 iso-8859-5
		iso-8859-7 iso-8859-8 iso-8859-8-i iso-8859-9 iso-8859-15 windows-1250 windows-1251 windows-1252 cp1252 windows-1253
		windows-1254 windows-1255 windows-1256 windows-1257 koi8-r koi8-u shift_jis iso-2022-jp euc-jp euc-kr gb2312 gbk
		gb18030 big5`)
)
