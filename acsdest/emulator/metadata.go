package emulator

import "maps"

// metadataPatch is metadata in a request, values being strings or null.
type metadataPatch map[string]*string

// whole reads p as the metadata of something new. An empty value stays, a null
// is refused.
func (p metadataPatch) whole() (map[string]string, error) {
	if len(p) == 0 {
		return nil, nil
	}
	m := make(map[string]string, len(p))
	for k, v := range p {
		if v == nil {
			return nil, badRequest("Metadata values must be strings.")
		}
		m[k] = *v
	}
	return m, nil
}

// merge applies p to old: keys that p does not name stay, an empty value or a
// null removes a key, as recorded.
func (p metadataPatch) merge(old map[string]string) map[string]string {
	if len(p) == 0 {
		return old
	}
	m := maps.Clone(old)
	if m == nil {
		m = make(map[string]string, len(p))
	}
	for k, v := range p {
		if v == nil || *v == "" {
			delete(m, k)
		} else {
			m[k] = *v
		}
	}
	return m
}
