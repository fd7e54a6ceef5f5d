package config

import "fmt"

// A Mistake is something in a configuration that cannot be meant. It never holds
// the value of a secret.
type Mistake struct {
	Where   string // a place in a file, or an environment variable
	Problem string
	Remedy  string // empty where none is known
}

func (m *Mistake) Error() string {
	return fmt.Sprintf("read configuration: %s: %s", m.Where, m.Problem)
}

// Hint is the remedy.
func (m *Mistake) Hint() string { return m.Remedy }
