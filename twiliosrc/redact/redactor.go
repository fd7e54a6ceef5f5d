package redact

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Redactor replaces people's text in resources and files under one key, and
// remembers, in bounded memory and under that key, what it has replaced, so that
// the finished snapshot can be scanned for anything else. It may be used
// concurrently.
type Redactor struct {
	keys       *keys
	memory     *memory
	structural map[string]bool
	state      *state // nil without a directory
}

// Options tune a redaction. The zero value is a sound default.
type Options struct {
	// Keys are words that stay where they are keys in attributes, beside the
	// usual ones, because a mapping reads them: "ticketNo" stands for ticket_no
	// too. No key may be given that can be somebody's name.
	Keys []string
}

// New returns a redactor that replaces as key determines, and keeps nothing on
// disk. Open is for recordings.
func New(key Key, opts *Options) (*Redactor, error) {
	keys, err := newKeys(key)
	if err != nil {
		return nil, fmt.Errorf("derive keys: %w", err)
	}
	r := &Redactor{keys: keys, memory: newMemory(), structural: structuralKeys}
	if opts != nil && len(opts.Keys) > 0 {
		r.structural = keySet(opts.Keys...)
		for k := range structuralKeys {
			r.structural[k] = true
		}
	}
	return r, nil
}

// errNotObject is the error of what is no resource.
var errNotObject = errors.New("text is not a JSON object")

// Resource returns a resource, of whatever kind, with everything replaced that
// is people's text. It has the length and the form of raw. Text that is no JSON
// object in UTF-8 is an error, and not to be recorded.
func (r *Redactor) Resource(raw json.RawMessage) (json.RawMessage, error) {
	if !isResource(raw) {
		return nil, fmt.Errorf("redact resource: %w", errNotObject)
	}
	w := r.rewriter(r.remember)
	return w.json(raw, place{container: true}), nil
}

// isResource reports whether raw is a JSON object.
func isResource(raw []byte) bool {
	if !utf8.Valid(raw) || !json.Valid(raw) {
		return false
	}
	for _, b := range raw {
		if !isSpace(b) {
			return b == '{'
		}
	}
	return false
}

// rewriter starts on one resource or file.
func (r *Redactor) rewriter(meet func(p *permuter, field string, w word)) *rewriter {
	w := &rewriter{
		permuter:   permuter{keys: r.keys},
		structural: func(key string) bool { return r.structural[plainKey(key)] },
	}
	w.meet = func(field string, met word) { meet(&w.permuter, field, met) }
	return w
}

func (r *Redactor) remember(p *permuter, _ string, w word) { r.memory.add(p.mark(w)) }

// mark is that of a word.
func (p *permuter) mark(w word) mark {
	f := p.digest(forMemory, 0, fingerprint{}, w)
	return mark(binary.LittleEndian.Uint64(f[:]))
}
