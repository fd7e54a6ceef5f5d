package mapping

import "encoding/json"

// The names under which channels put a text that can be shown.
var channelTextKeys = []string{"title", "name", "text", "body", "label", "formatted_name"}

// channelText is the line that stands for a message of which only its channel
// knows what it is: "[Location 52.52,13.40 Office]", or "[contacts Ana]" for
// whatever else. False when it says nothing that can be shown.
func channelText(raw json.RawMessage) (string, bool) {
	v, ok := decodeJSON(raw)
	if !ok {
		return "", false
	}
	o, ok := v.(map[string]any)
	if !ok {
		return "", false
	}
	data := firstObject(o["data"])
	if text, ok := locationText(data); ok {
		return text, true
	}
	kind, _ := o["type"].(string)
	kind, _ = repairText(lineText(kind))
	if kind == "" {
		return "", false
	}
	text := "[" + kind
	if said, _ := repairText(lineText(firstText(data, channelTextKeys))); said != "" {
		text += " " + said
	}
	text, _ = cutText(text, maxChannelText)
	return text + "]", true
}

// maxChannelText bounds the line, in UTF-16 units.
const maxChannelText = 500

// firstObject is v, or the first of a list of objects; nil if there is none.
func firstObject(v any) map[string]any {
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	o, _ := v.(map[string]any)
	return o
}
