package expression

import (
	"errors"
	"fmt"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Fields are keys of metadata with a Text for each. They satisfy pflag.Value and
// pflag.SliceValue: each value is KEY=EXPRESSION. The zero value is none.
type Fields[S Scope] struct{ fields []field[S] }

type field[S Scope] struct {
	key  string
	text Text[S]
}

// A FieldError is a mistake in one of several values.
type FieldError struct {
	Number int // of the value, from 0
	Err    error
}

func (e *FieldError) Error() string { return e.Err.Error() }

func (e *FieldError) Unwrap() error { return e.Err }

// Item is the number of the value, by which a configuration finds its line.
func (e *FieldError) Item() int { return e.Number }

// String is all values, as people would read them.
func (f *Fields[S]) String() string { return strings.Join(f.GetSlice(), ", ") }

// Type is what help shows as the kind of value.
func (f *Fields[S]) Type() string { return "key=expression" }

// Set adds a value.
func (f *Fields[S]) Set(value string) error { return f.Append(value) }

// Append adds a value. The error wraps a *SyntaxError where one place in the expression
// is to blame.
func (f *Fields[S]) Append(value string) error {
	key, text, found := strings.Cut(value, "=")
	key = strings.TrimSpace(key)
	if !found || strings.TrimSpace(text) == "" {
		return errors.New("must look like ticket=conversation.attributes.ticketId")
	}
	if err := mapping.CheckExtraKey(key); err != nil {
		return fmt.Errorf("key %.80q: %w", key, err)
	}
	for _, have := range f.fields {
		if have.key == key {
			return fmt.Errorf("key %q stands there twice", key)
		}
	}
	added := field[S]{key: key}
	if err := added.text.Set(text); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	f.fields = append(f.fields, added)
	return nil
}

// Replace makes these the values. The error is a *FieldError.
func (f *Fields[S]) Replace(values []string) error {
	f.fields = nil
	for i, v := range values {
		if err := f.Append(v); err != nil {
			return &FieldError{i, err}
		}
	}
	return nil
}

// GetSlice is the values.
func (f *Fields[S]) GetSlice() []string {
	values := make([]string, 0, len(f.fields))
	for _, x := range f.fields {
		values = append(values, x.key+"="+x.text.String())
	}
	return values
}

// Each calls do with each key and what makes its value.
func (f *Fields[S]) Each(do func(key string, of func(S) (string, error))) {
	for i := range f.fields {
		do(f.fields[i].key, f.fields[i].text.Of)
	}
}
