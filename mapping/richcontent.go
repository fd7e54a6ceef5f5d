package mapping

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// What a rich-content payload says, by the names that the Content API gives its
// fields. Payloads are whatever the channel made of a template, so that any
// shape is read as far as these names occur in it.
var (
	richTextKeys   = []string{"header", "header_text", "section_title", "title", "item", "name", "subtitle", "body", "text", "description", "price", "footer"}
	richMediaKeys  = []string{"media", "media_url"}
	richButtonKeys = []string{"actions", "buttons", "quick_replies", "replies", "suggestions", "button", "button_text"}
	buttonNameKeys = []string{"title", "text", "label", "name", "copy_code_text"}
	buttonURLKeys  = []string{"url", "phone", "phone_number", "code"}
)

// maxRichDepth bounds how deep a payload is read. Twilio's own are 4 deep.
const maxRichDepth = 16

// richText is a rich-content payload as lines: its texts, then its files, then
// its buttons as "[Button] title – url". It is empty for what is no JSON.
func richText(payload []byte) string {
	v, ok := decodeJSON(payload)
	if !ok {
		return ""
	}
	w := richWriter{seen: make(map[string]bool)}
	w.value(v, 0)
	return strings.Join(w.lines, "\n")
}

// decodeJSON reads one JSON value and no more, numbers letter by letter.
func decodeJSON(text []byte) (any, bool) {
	if !json.Valid(text) {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err == nil
}

// richWriter gathers lines, each once: payloads repeat a text for every channel.
type richWriter struct {
	lines []string
	seen  map[string]bool
}

func (w *richWriter) line(prefix, text string) {
	if text = strings.TrimSpace(text); text != "" && !w.seen[prefix+text] {
		w.seen[prefix+text] = true
		w.lines = append(w.lines, prefix+text)
	}
}

func (w *richWriter) value(v any, depth int) {
	if depth > maxRichDepth {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			w.value(item, depth+1)
		}
	case map[string]any:
		w.object(v, depth)
	}
}

func (w *richWriter) object(o map[string]any, depth int) {
	if text, ok := locationText(o); ok {
		w.line("", text)
		return
	}
	for _, key := range richTextKeys {
		w.line("", scalarText(o[key]))
	}
	for _, key := range richMediaKeys {
		for _, url := range listOf(o[key]) {
			w.line("[Media] ", scalarText(url))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(richButtonKeys, key) && !slices.Contains(richMediaKeys, key) {
			w.value(o[key], depth+1)
		}
	}
	for _, key := range richButtonKeys {
		for _, button := range listOf(o[key]) {
			w.line("[Button] ", buttonText(button, depth))
		}
	}
}

// buttonText is a button as "title – url". Where neither stands in it, it is
// that of the first object in it that has one, as in {"reply":{"title":…}}.
func buttonText(v any, depth int) string {
	o, ok := v.(map[string]any)
	if !ok {
		return scalarText(v)
	}
	title, target := firstText(o, buttonNameKeys), firstText(o, buttonURLKeys)
	switch {
	case title != "" && target != "":
		return title + " – " + target
	case title+target != "" || depth > maxRichDepth:
		return title + target
	}
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if inner, ok := o[key].(map[string]any); ok {
			if text := buttonText(inner, depth+1); text != "" {
				return text
			}
		}
	}
	return ""
}

func firstText(o map[string]any, keys []string) string {
	for _, key := range keys {
		if text := strings.TrimSpace(scalarText(o[key])); text != "" {
			return text
		}
	}
	return ""
}

// listOf is v, or its elements if it is a list.
func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// scalarText is a string or a number as text, empty for anything else.
func scalarText(v any) string {
	switch v := v.(type) {
	case string:
		text, _ := repairText(v)
		return text
	case json.Number:
		return v.String()
	}
	return ""
}
