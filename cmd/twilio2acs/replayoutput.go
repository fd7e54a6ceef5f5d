package main

import (
	"cmp"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// formatJUnit is a form of the result that replay alone has.
const formatJUnit = "junit"

// replayPrinter prints differences as they are found, and the totals last.
type replayPrinter struct {
	o     *replayOptions
	s     *streams
	began time.Time

	report *migrate.Report // nil until there is one
	golden *goldenResult
	shown  int                  // differences printed as text
	kept   []migrate.Difference // for a JSON document
	suite  report.JUnitSuite
}

// maxKeptDifferences is how many differences a JSON document has, as many as that
// of verify.
const maxKeptDifferences = 1000

// compared takes over how a document and its golden file go together.
func (p *replayPrinter) compared(r report.GoldenResult) {
	p.golden.add(r)
	switch p.o.output.format.value {
	case formatText:
		p.document(&textWriter{w: p.s.out, color: painter(p.s.color)}, r)
	case formatJUnit:
		p.suite.Add(r)
	case formatJSON:
		for _, d := range r.Differences[:min(len(r.Differences), maxKeptDifferences-len(p.kept))] {
			p.kept = append(p.kept, d.Difference())
		}
	case formatJSONL:
		for _, d := range r.Differences {
			printLine(p.s.out, struct {
				Type string `json:"type"`
				migrate.Difference
			}{"difference", d.Difference()})
		}
	}
}

// print prints what has not been printed yet and returns how the command ends.
func (p *replayPrinter) print(err error) error {
	if err == nil && p.golden.found() > 0 {
		err = exitStatus(exitMismatch)
	}
	if p.o.output.format.value == formatJUnit {
		return p.printJUnit(err)
	}
	r := resultOf("replay", cmp.Or(p.report, new(migrate.Report)))
	r.took, r.err = time.Since(p.began), err
	r.details.Golden, r.details.Found, r.details.Differences = p.golden, p.golden.found(), p.kept
	if p.o.output.format.value == formatJSON {
		r.details.MoreDifferences = p.golden.found() - len(p.kept)
	}
	return r.print(p.s, p.o.output, p.o.log.verbose, p.write)
}

// unfinished is why nothing is compared after a migration that isUnfinished.
const unfinished = "not everything was migrated"

// printJUnit prints the result for a CI system.
func (p *replayPrinter) printJUnit(err error) error {
	switch {
	case err != nil && !silent(err):
		p.suite.Fail(err.Error(), nil)
	case exitCode(err) == exitIncomplete:
		p.suite.Fail(unfinished, p.report.Problems)
	}
	if err = cmp.Or(err, p.suite.Write(p.s.out, p.began, time.Since(p.began))); err == nil {
		return nil
	}
	return &reportedError{err}
}

// write tells people what a replay came to.
func (p *replayPrinter) write(t *textWriter, r *result) {
	differs := silent(r.err) && r.details.Found > 0
	switch {
	case differs:
		p.totals(t, r)
	case silent(r.err):
		t.heading("Replay ended early, after %s: %s.", shortly(r.took), unfinished)
	case r.err != nil:
		t.heading("Replay ended early, after %s.", shortly(r.took))
	case p.golden.GoldenCounts != nil:
		t.heading("Replayed in %s: golden files in %s: %d written, %d unchanged, %d removed.", shortly(r.took), lineOf(p.golden.Directory),
			p.golden.Written, p.golden.Unchanged, p.golden.Removed)
	default:
		t.heading("Replayed in %s: everything is as the golden files say.", shortly(r.took))
	}
	t.summary(r.summary, doneWords)
	t.problems(r.details.Problems, r.details.MoreProblems)
	if differs {
		t.printf("\nIf this is meant, write the golden files anew and commit them:\n  %s\n", p.o.rewrite)
	}
}

// maxShownFields is how many of the fields that differ are named in the totals.
const maxShownFields = 20

// totals tells which fields differ.
func (p *replayPrinter) totals(t *textWriter, r *result) {
	all := p.golden.compared()
	t.heading("Replay found %s in %d of %s (%s).", plural(int64(r.details.Found), "difference", "differences"),
		all-p.golden.Files[report.GoldenSame], plural(int64(all), "golden file", "golden files"), shortly(r.took))
	fields := p.golden.frequent()
	for _, f := range fields[:min(maxShownFields, len(fields))] {
		t.printf("  %6s  %s\n", humanize.Comma(int64(p.golden.Fields[f])), f)
	}
	if more := len(fields) - maxShownFields; more > 0 {
		t.printf("  … and %s\n", plural(int64(more), "more field", "more fields"))
	}
	if p.shown < r.details.Found {
		t.printf("  %s shown above; --verbose shows all\n", plural(int64(p.shown), "difference", "differences"))
	}
	t.printf("\n")
}
