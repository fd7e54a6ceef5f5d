package main

import "strings"

// repeated is the value of a flag that can be given several times, for a T each
// time. It satisfies pflag.Value. Unlike pflag's own lists it does not split at
// commas, which may stand in a value.
type repeated[T any] struct {
	kind   string // of value, as help shows it
	parse  func(string) (T, error)
	texts  []string
	values []T
}

// String is what was given, one in each line.
func (r *repeated[T]) String() string { return strings.Join(r.texts, "\n") }

// Set adds a value, or says what is wrong with it.
func (r *repeated[T]) Set(text string) error {
	v, err := r.parse(text)
	if err != nil {
		return err
	}
	r.texts, r.values = append(r.texts, text), append(r.values, v)
	return nil
}

// Type is what help shows as the kind of value.
func (r *repeated[T]) Type() string { return r.kind }
