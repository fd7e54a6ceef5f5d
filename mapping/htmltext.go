package mapping

import (
	"html"
	"strings"
	"unicode"
)

// htmlText is what a person reads of an HTML document: text without tags,
// comments, scripts and styles, entities resolved, blocks on lines of their own.
// It is for reading, not for showing again as HTML. It takes time in proportion
// to the input, whatever the input.
func htmlText(document string) string {
	var w htmlWriter
	for document != "" {
		open := strings.IndexByte(document, '<')
		if open < 0 {
			w.text(document)
			break
		}
		tag, rest, ok := scanMarkup(document[open:])
		if !ok { // a mere <
			w.text(document[:open+1])
			document = document[open+1:]
			continue
		}
		w.text(document[:open])
		w.tag(tag)
		if isHidden(tag) {
			rest = skipElement(rest, tag)
		}
		document = rest
	}
	return strings.TrimSpace(w.b.String())
}

// scanMarkup reads the tag or comment at the start of s, which begins with <.
// The tag is its name in lower case, with a slash before it if it closes, and
// empty for comments and declarations.
func scanMarkup(s string) (tag, rest string, ok bool) {
	if after, ok := strings.CutPrefix(s, "<!--"); ok {
		_, rest, _ = strings.Cut(after, "-->")
		return "", rest, true
	}
	end := 1
	if end < len(s) && s[end] == '/' {
		end++
	}
	start := end
	for end < len(s) && isTagByte(s[end]) {
		end++
	}
	declaration := len(s) > 1 && (s[1] == '!' || s[1] == '?')
	if !declaration && (end == start || !isASCIILetter(s[start])) {
		return "", "", false
	}
	return strings.ToLower(s[1:end]), s[end+tagEnd(s[end:]):], true
}

// tagEnd is the length of s, the inside of a tag, up to and with its >. A > in
// quotes is part of an attribute.
func tagEnd(s string) int {
	var quote, before byte // before is the byte before this one, spaces aside
	for i := range len(s) {
		b := s[i]
		switch {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '>':
			return i + 1
		case (b == '"' || b == '\'') && before == '=':
			quote = b
		}
		if b > ' ' {
			before = b
		}
	}
	return len(s)
}

func isTagByte(b byte) bool { return isASCIILetter(b) || b >= '0' && b <= '9' }

func isASCIILetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// isHidden reports whether nobody reads what stands in the element.
func isHidden(tag string) bool {
	switch tag {
	case "script", "style", "title", "template":
		return true
	}
	return false
}

// skipElement is what follows the end of the element of that name; nothing if
// it never ends.
func skipElement(s, name string) string {
	for {
		open := strings.Index(s, "</")
		if open < 0 {
			return ""
		}
		s = s[open+2:]
		if len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) && (len(s) == len(name) || !isTagByte(s[len(name)])) {
			return s[tagEnd(s):]
		}
	}
}

// htmlWriter gathers text, runs of white space being one space.
type htmlWriter struct {
	b      strings.Builder
	breaks int  // line breaks owed before the next text
	space  bool // a space owed
}

func (w *htmlWriter) text(s string) {
	for _, r := range html.UnescapeString(s) {
		if unicode.IsSpace(r) {
			w.space = true
			continue
		}
		if r == 0 {
			r = '\uFFFD'
		}
		w.pay()
		w.b.WriteRune(r)
	}
}

// pay writes the white space that is owed: breaks rather than spaces, and
// nothing at the beginning.
func (w *htmlWriter) pay() {
	if w.b.Len() > 0 {
		switch {
		case w.breaks > 0:
			w.b.WriteString("\n\n"[:min(w.breaks, 2)])
		case w.space:
			w.b.WriteByte(' ')
		}
	}
	w.breaks, w.space = 0, false
}

func (w *htmlWriter) tag(tag string) {
	switch strings.TrimPrefix(tag, "/") {
	case "br":
		w.breaks++
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "dl", "pre", "hr":
		w.breaks = max(w.breaks, 2)
	case "address", "article", "aside", "body", "center", "dd", "div", "dt", "fieldset", "figcaption", "figure",
		"footer", "form", "header", "html", "main", "nav", "section", "tr":
		w.breaks = max(w.breaks, 1)
	case "td", "th":
		w.space = true
	case "li":
		w.breaks = max(w.breaks, 1)
		if tag == "li" {
			w.pay()
			w.b.WriteString("- ")
		}
	}
}
