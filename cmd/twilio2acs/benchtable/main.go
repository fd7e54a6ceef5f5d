// Command benchtable measures the program as people run it, beside servers in
// processes of their own, and prints what came of it as a Markdown table: each row
// has a goal, what was measured, and whether the goal is met. Figures that depend on
// the machine are ratios of two measurements of one run of this command.
//
//	go run ./cmd/twilio2acs/benchtable              all rows, in full size: more than an hour
//	go run ./cmd/twilio2acs/benchtable -scale 0.01  the quick form
//	go run ./cmd/twilio2acs/benchtable -rows memory one group of rows
//
// It ends with code 1 if a goal is missed in full size, or a row cannot be measured;
// small workloads say little about the goals, so that these rows are marked, but
// nothing else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		stop()
		os.Exit(1)
	}
}

// errMissed says that the table shows a goal that is missed.
var errMissed = errors.New("a goal is missed")

func run(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("benchtable", flag.ExitOnError)
	scale := f.Float64("scale", 1, "size of the workloads, 1 is in full")
	only := f.String("rows", "", "measure only rows whose name matches this regular expression")
	dir := f.String("dir", "", "work in this folder and leave everything there; empty: a temporary one")
	_ = f.Parse(args) // ExitOnError
	wanted, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("read -rows: %w", err)
	}
	if *scale <= 0 || *scale > 1 {
		return fmt.Errorf("-scale %v is not above 0 and up to 1", *scale)
	}
	b, err := newBench(ctx, *dir, *scale)
	if err != nil {
		return err
	}
	defer b.close()
	return b.table(ctx, wanted, os.Stdout)
}
