package mapping

import "strings"

// field is a metadata key with its value.
type field struct{ key, value string }

// fit makes metadata of fields, the most important first, as long as they stay
// within room. A field that is too large is left out and the next one
// tried. Values become valid UTF-8; empty ones say nothing and are omitted.
func fit(fields []field, room extent) (md Metadata, size extent, left []string) {
	md = Metadata{} // most fields are empty
	for _, f := range fields {
		if f.value == "" {
			continue
		}
		value, _ := repairText(f.value)
		with := size.add(extentOf(f.key)).add(extentOf(value))
		if !with.within(room) {
			left = append(left, f.key)
			continue
		}
		size = with
		md[f.key] = value
	}
	return md, size, left
}

// attributesValue is attributes as metadata: empty where they say nothing, else
// letter by letter, since white space in them may matter to somebody.
func attributesValue(attributes string) string {
	switch strings.TrimSpace(attributes) {
	case "", "{}":
		return ""
	}
	return attributes
}
