package mapping

import (
	"math"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// maxFileName bounds a file's name in the media store, in bytes. File systems
// take 255; percent-encoding may triple it in URLs.
const maxFileName = 100

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
		kept = prefixWithin(s, extent{utf8: n, utf16: 2 * n, json: math.MaxInt})
	}
	return strings.TrimRightFunc(s[:kept], isDotOrSpace)
}
