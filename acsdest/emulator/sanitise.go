package emulator

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// removed are the elements that the sanitiser takes out with all they hold.
var removed = []atom.Atom{atom.Script, atom.Style, atom.Iframe, atom.Object, atom.Embed, atom.Noscript, atom.Template, atom.Title}

// maxPasses is how often sanitise looks for what earlier passes left.
const maxPasses = 8

// sanitise takes out of HTML what could run: script and the like, event
// handlers and javascript: URLs. The service sanitises too, by rules it does not
// publish: what matters is that nobody may count on equal bytes. HTML with
// nothing to take out is returned as it is, which is recorded.
func sanitise(text string) string {
	for range maxPasses { // taking something out may join what stood around it
		cleaner := strip(text)
		if cleaner == text {
			return text
		}
		text = cleaner
	}
	return html.EscapeString(text)
}

// strip is one pass over the text.
func strip(text string) string {
	var out strings.Builder
	inside := atom.Atom(0) // the removed element being skipped
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		if kind == html.ErrorToken { // the end: reading from a string cannot fail
			return out.String()
		}
		raw := string(z.Raw())
		token := z.Token()
		switch {
		case inside != 0:
			if kind == html.EndTagToken && token.DataAtom == inside {
				inside = 0
			}
		case kind == html.StartTagToken && slices.Contains(removed, token.DataAtom):
			if token.DataAtom != atom.Embed { // a void element holds nothing
				inside = token.DataAtom
			}
		case (kind == html.SelfClosingTagToken || kind == html.EndTagToken) && slices.Contains(removed, token.DataAtom),
			kind == html.CommentToken, kind == html.DoctypeToken:
		default:
			out.WriteString(cleanTag(token, raw))
		}
	}
}

// cleanTag is a token without harmful attributes: raw when there are none.
func cleanTag(token html.Token, raw string) string {
	kept := slices.DeleteFunc(slices.Clone(token.Attr), isHarmful)
	if len(kept) == len(token.Attr) {
		return raw
	}
	token.Attr = kept
	return token.String()
}

func isHarmful(a html.Attribute) bool {
	if strings.HasPrefix(strings.ToLower(a.Key), "on") {
		return true
	}
	value := strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1 // browsers ignore white space and controls within a scheme
		}
		return r
	}, strings.ToLower(a.Val))
	return strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "vbscript:") || strings.HasPrefix(value, "data:text/html")
}
