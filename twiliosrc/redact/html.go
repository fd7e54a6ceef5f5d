package redact

import (
	"html"
	"strings"
	"unicode"
)

// html replaces the text of an HTML document: what people read, line by line as
// mapping reads it, so that a line becomes the same as in a plain text that
// repeats it; and everything in tags and comments but the names of elements.
// Letters that are written as entities are written as themselves, which makes the
// document shorter.
func (w *rewriter) html(document string) string {
	d := htmlRewriter{rewriter: w}
	for document != "" {
		part, name := nextPart(document)
		document = document[len(part.raw):]
		d.parts = append(d.parts, part)
		if !part.isTag {
			continue
		}
		d.parts[len(d.parts)-1].out = w.tag(part.raw)
		if breaksLine(name) || isHidden(name) {
			d.endLine()
		}
		if isHidden(name) {
			hidden := hiddenText(document, name)
			d.parts = append(d.parts, htmlPart{raw: hidden, isTag: true, out: w.text(hidden)})
			document = document[len(hidden):]
		}
	}
	d.endLine()
	var b strings.Builder
	for _, p := range d.parts {
		b.WriteString(p.out)
	}
	return b.String()
}

// htmlPart is a tag, an entity, or what stands between them.
type htmlPart struct {
	raw   string
	text  string // what it says; for tags nothing
	isTag bool
	out   string // what it becomes
}

// htmlRewriter gathers lines, which may go through several elements.
type htmlRewriter struct {
	*rewriter
	parts []htmlPart
	begun int // the first part of the line in progress
}

// endLine replaces the line in progress.
func (d *htmlRewriter) endLine() {
	line := d.parts[d.begun:]
	d.begun = len(d.parts)
	var text strings.Builder
	for _, p := range line {
		text.WriteString(p.text)
	}
	replaced := []rune(d.line(text.String()))
	for i := range line {
		p := &line[i]
		if p.isTag {
			continue
		}
		n := len([]rune(p.text))
		p.out = p.become(replaced[:n])
		replaced = replaced[n:]
	}
}

// become is what p is written as when it says replaced. White space and entities
// that say the same stay as they are written.
func (p *htmlPart) become(replaced []rune) string {
	if string(replaced) == p.text {
		return p.raw
	}
	if p.raw[0] == '&' && p.raw != p.text {
		return string(replaced)
	}
	out := []rune(p.raw)
	for i, r := range out {
		if !unicode.IsSpace(r) {
			out[i] = replaced[i]
		}
	}
	return string(out)
}

// nextPart is the part at the beginning of a document. Tags have a name: that of
// the element in lower case, or nothing.
func nextPart(document string) (p htmlPart, name string) {
	switch document[0] {
	case '<':
		if name, size := scanTag(document); size > 0 {
			return htmlPart{raw: document[:size], isTag: true}, name
		}
	case '&':
		if size := entitySize(document); size > 0 {
			raw := document[:size]
			return htmlPart{raw: raw, text: oneLine(html.UnescapeString(raw))}, ""
		}
	}
	size := strings.IndexAny(document[1:], "<&") + 1
	if size == 0 {
		size = len(document)
	}
	return htmlPart{raw: document[:size], text: oneLine(document[:size])}, ""
}

// oneLine makes spaces of white space: lines of HTML end at elements only.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, s)
}

// maxEntity bounds an entity, in bytes; the longest name has 32.
const maxEntity = 40

// entitySize is the length of the entity that s begins with, 0 if it begins with
// none. Old ones may go without the semicolon at their end.
func entitySize(s string) int {
	end := 1
	for end < min(len(s), maxEntity) && (s[end] == '#' || isTagByte(s[end])) {
		end++
	}
	if end < len(s) && s[end] == ';' && isEntity(s[:end+1]) {
		return end + 1
	}
	for ; end > 2; end-- {
		if isEntity(s[:end]) {
			return end
		}
	}
	return 0
}

// isEntity reports whether the whole of s is an entity: it stands for one
// character, or for two, which may not be the semicolon at its end.
func isEntity(s string) bool {
	text := []rune(html.UnescapeString(s))
	return len(text) == 1 || len(text) == 2 && s[len(s)-1] == ';' && text[1] != ';'
}
