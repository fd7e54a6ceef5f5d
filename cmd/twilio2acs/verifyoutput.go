package main

import (
	"encoding/csv"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/identities"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// formatCSV is a form of the result that verify alone has.
const formatCSV = "csv"

// printFound is what prints each difference as soon as it is found, so that all
// of them can be had, however many there are; nil where the result is printed at
// the end.
func (o *verifyOptions) printFound(s *streams) func(migrate.Difference) {
	switch o.output.format.value {
	case formatJSONL:
		return func(d migrate.Difference) {
			printLine(s.out, struct {
				Type string `json:"type"`
				migrate.Difference
			}{"difference", d})
		}
	case formatCSV:
		return func(d migrate.Difference) { o.table(s).row(d.Path, d.Want, d.Got) }
	}
	return nil
}

// table is the result as CSV, with its header.
func (o *verifyOptions) table(s *streams) *csvTable {
	if o.csv == nil {
		o.csv = &csvTable{csv.NewWriter(s.out)}
		o.csv.row("path", "want", "got")
	}
	return o.csv
}

// print prints what has not been printed yet. Beside CSV people are told the rest
// on stderr.
func (o *verifyOptions) print(s *streams, r *result) error {
	if o.output.format.value != formatCSV {
		return r.print(s, o.output, o.log.verbose, o.write)
	}
	if r.tells() {
		o.table(s)
		o.write(&textWriter{w: &resultWriter{w: s.err}, color: painter(s.err.color)}, r)
	}
	if r.err == nil {
		return nil
	}
	return &reportedError{r.err}
}

// csvTable is a table of comma-separated values.
type csvTable struct{ w *csv.Writer }

// row writes a row at once. The writer below keeps the error.
func (t *csvTable) row(cells ...string) {
	for i, c := range cells {
		cells[i] = identities.Guard(c)
	}
	_ = t.w.Write(cells)
	t.w.Flush()
}
