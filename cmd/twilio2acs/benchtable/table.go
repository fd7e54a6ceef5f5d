package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"time"
)

// A row is one line of the table.
type row struct {
	name    string // for -rows
	what    string
	goal    string
	measure func(context.Context, *bench) (finding, error)
}

// A finding is what a row comes to.
type finding struct {
	value string
	met   bool
}

// errSkipped is wrapped by the error of a row that cannot be measured here, for
// want of something that is not part of this repository.
var errSkipped = errors.New("not measured")

var rows = []row{pacedRow, virtualRow, bareRow, nodeRow, wideSnapshotRow, wideLiveRow, longSnapshotRow, longLiveRow,
	againLiveRow, againSnapshotRow, planRow, ledgerTimeRow, ledgerSizeRow}

// table measures rows one after the other and prints each as soon as it is known.
// Others are still measured after one that cannot be.
func (b *bench) table(ctx context.Context, wanted *regexp.Regexp, w io.Writer) error {
	fmt.Fprintf(w, "| what | goal | measured | met |\n| --- | --- | --- | --- |\n")
	var errs []error
	for _, r := range rows {
		if !wanted.MatchString(r.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: measuring %s\n", time.Now().Format(time.TimeOnly), r.name)
		found, err := r.measure(ctx, b)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", r.what, r.goal, b.cell(found, err), verdict(found, err))
		switch {
		case err != nil && !errors.Is(err, errSkipped):
			errs = append(errs, fmt.Errorf("measure %s: %w", r.name, err))
		case err == nil && !found.met && b.scale == 1:
			errs = append(errs, fmt.Errorf("%s: %w", r.name, errMissed))
		}
	}
	return errors.Join(errs...)
}

func (b *bench) cell(f finding, err error) string {
	switch {
	case errors.Is(err, errSkipped):
		return err.Error()
	case err != nil:
		return "error, see below"
	case b.scale != 1:
		return fmt.Sprintf("%s (at scale %v)", f.value, b.scale)
	}
	return f.value
}

func verdict(f finding, err error) string {
	switch {
	case err != nil:
		return "–"
	case f.met:
		return "yes"
	}
	return "no"
}
