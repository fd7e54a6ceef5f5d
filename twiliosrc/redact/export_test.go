package redact

import "encoding/json"

// Restore undoes Resource, as the scan does. That it can shows that no two
// resources become the same.
func (r *Redactor) Restore(raw json.RawMessage) json.RawMessage {
	w := r.rewriter(forget)
	w.back = true
	return w.json(raw, place{container: true})
}
