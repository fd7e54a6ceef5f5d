package identities

import (
	"encoding/csv"
	"io"
)

// A Writer writes the table, a row at a time.
type Writer struct {
	csv   *csv.Writer
	shown func(string) string
	err   error
}

// NewWriter begins a table with its headings. Shown is how names are shown: with
// addresses masked, or as they are.
func NewWriter(w io.Writer, shown func(string) string) *Writer {
	table := &Writer{csv: csv.NewWriter(w), shown: shown}
	table.err = table.csv.Write(columns)
	return table
}

// Write adds a row.
func (w *Writer) Write(r Row) {
	if w.err == nil {
		w.err = w.csv.Write(r.cells(w.shown))
	}
}

// Close ends the table. Its error is the first of all that was written.
func (w *Writer) Close() error {
	w.csv.Flush()
	if w.err != nil {
		return w.err
	}
	return w.csv.Error()
}
