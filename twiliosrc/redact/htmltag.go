package redact

import "strings"

// tag replaces everything in a tag or comment but the name of an element.
func (w *rewriter) tag(raw string) string {
	start := 1
	if start < len(raw) && raw[start] == '/' {
		start++
	}
	end := start
	for end < len(raw) && isTagByte(raw[end]) {
		end++
	}
	return raw[:start] + outside(isElement, w.plain, raw[start:end]) + w.plain(raw[end:])
}

// scanTag reads the tag or comment that s begins with, as mapping does: its size
// is 0 for a mere <.
func scanTag(s string) (name string, size int) {
	if strings.HasPrefix(s, "<!--") {
		if end := strings.Index(s[4:], "-->"); end >= 0 {
			return "", 4 + end + 3
		}
		return "", len(s)
	}
	start := 1
	if strings.HasPrefix(s, "</") {
		start++
	}
	end := start
	for end < len(s) && isTagByte(s[end]) {
		end++
	}
	declaration := len(s) > 1 && (s[1] == '!' || s[1] == '?')
	if !declaration && (end == start || isDigit(rune(s[start]))) {
		return "", 0
	}
	return strings.ToLower(s[1:end]), end + tagEnd(s[end:])
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

func isTagByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}

// isHidden reports whether nobody reads what stands in an element.
func isHidden(name string) bool {
	switch name {
	case "script", "style", "title", "template":
		return true
	}
	return false
}

// hiddenText is what stands before the end of an element of that name.
func hiddenText(s, name string) string {
	end := 0
	for {
		open := strings.Index(s[end:], "</")
		if open < 0 {
			return s
		}
		end += open
		after := s[end+2:]
		if len(after) >= len(name) && strings.EqualFold(after[:len(name)], name) && (len(after) == len(name) || !isTagByte(after[len(name)])) {
			return s[:end]
		}
		end += 2
	}
}

// breaksLine reports whether a line ends at a tag of that name, as in mapping.
func breaksLine(name string) bool { return lineElements[strings.TrimPrefix(name, "/")] }

// isElement reports whether HTML has an element of that name.
func isElement(name string) bool {
	name = strings.ToLower(name)
	return lineElements[name] || otherElements[name]
}

var (
	lineElements = wordsOf(`address article aside blockquote body br center dd div dl dt fieldset figcaption figure footer
		form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tr ul`)
	otherElements = wordsOf(`a abbr acronym area audio b base bdi bdo big button canvas caption cite code col colgroup data
		datalist del details dfn dialog em embed font head i iframe img input ins kbd label legend link map mark meta meter
		noscript object optgroup option output param picture progress q rp rt ruby s samp script select slot small source
		span strike strong style sub summary sup svg tbody td template textarea tfoot th thead time title track tt u var
		video wbr`)
)
