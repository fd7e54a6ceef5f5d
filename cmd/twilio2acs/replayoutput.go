package main

import (
	"cmp"
	"maps"
	"slices"
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
	took  time.Duration

	report  *migrate.Report // nil until there is one
	updated *report.GoldenCounts
	states  map[report.GoldenState]int
	fields  map[string]int // how many differences there are of each kind
	shown   int            // differences printed as text
	kept    []migrate.Difference
	more    int
	suite   report.JUnitSuite
}

const (
	// maxReplayDifferences is how many differences text shows, of one document and
	// of all of them; --verbose shows them all.
	maxDocumentDifferences = 10
	maxReplayDifferences   = 100
	// maxKeptDifferences is how many stand in a JSON document, as many as of verify.
	maxKeptDifferences = 1000
)

// compared takes over how a document and its golden file go together.
func (p *replayPrinter) compared(r report.GoldenResult) {
	if p.states == nil {
		p.states, p.fields = make(map[report.GoldenState]int), make(map[string]int)
	}
	p.states[r.State]++
	for _, d := range r.Differences {
		p.fields[cmp.Or(d.Field, wholly[r.State])]++
	}
	switch p.o.output.format.value {
	case formatText:
		p.document(&textWriter{w: p.s.out, color: painter(p.s.color)}, r)
	case formatJSONL:
		for _, d := range r.Differences {
			printLine(p.s.out, struct {
				Type string `json:"type"`
				migrate.Difference
			}{"difference", d.Difference()})
		}
	case formatJUnit:
		p.suite.Add(r)
	case formatJSON:
		for _, d := range r.Differences {
			if len(p.kept) == maxKeptDifferences {
				p.more++
				continue
			}
			p.kept = append(p.kept, d.Difference())
		}
	}
}

// wholly is what takes the place of a field where a whole document differs.
var wholly = map[report.GoldenState]string{
	report.GoldenNew:  "(no golden file)",
	report.GoldenGone: "(not replayed any more)",
}

// found is how many differences there are.
func (p *replayPrinter) found() (n int) {
	for _, count := range p.fields {
		n += count
	}
	return n
}

// document shows the differences of one document in the habit of diff.
func (p *replayPrinter) document(t *textWriter, r report.GoldenResult) {
	if r.State == report.GoldenSame {
		return
	}
	room := maxReplayDifferences - p.shown
	if p.o.log.verbose {
		room = len(r.Differences)
	} else if room = min(room, maxDocumentDifferences); room <= 0 {
		return
	}
	old, replayed := r.File, "replayed"
	switch r.State {
	case report.GoldenNew:
		old = wholly[r.State]
	case report.GoldenGone:
		replayed = wholly[r.State]
	}
	if r.Title != "" {
		replayed += ": " + lineOf(r.Title)
	}
	t.printf("%s\n%s\n", t.color.paint(bold, "--- "+lineOf(old)), t.color.paint(bold, "+++ "+replayed))
	for _, d := range r.Differences[:min(room, len(r.Differences))] {
		p.difference(t, d)
	}
	p.shown += min(room, len(r.Differences))
	if more := len(r.Differences) - room; more > 0 {
		t.printf("… %s here\n", plural(int64(more), "more difference", "more differences"))
	}
	t.printf("\n")
}

// diffInks are the colours of lines, by the byte that they begin with.
var diffInks = map[byte]ink{'@': cyan, '-': red, '+': green}

func (p *replayPrinter) difference(t *textWriter, d report.GoldenDifference) {
	for _, line := range d.Lines() {
		t.printf("%s\n", t.color.paint(diffInks[line[0]], line))
	}
}

// status is the exit code that a replay has besides its result.
func (p *replayPrinter) status() error {
	if p.found() > 0 {
		return exitStatus(exitMismatch)
	}
	return nil
}

// print prints what has not been printed yet and returns how the command ends.
func (p *replayPrinter) print(err error) error {
	if p.o.output.format.value == formatJUnit {
		return p.printJUnit(err)
	}
	came := cmp.Or(p.report, new(migrate.Report))
	r := resultOf("replay", came)
	r.took, r.err = p.took, err
	r.details.Found, r.details.Differences, r.details.MoreDifferences = p.found(), p.kept, p.more
	r.details.Golden = p.golden()
	if p.found() > 0 {
		r.next = p.o.rewrite
	}
	return r.print(p.s, p.o.output, p.o.log.verbose, p.write)
}

// goldenResult is what became of golden files.
type goldenResult struct {
	Directory string                     `json:"directory"`
	Files     map[report.GoldenState]int `json:"files,omitempty"`  // compared, by state
	Fields    map[string]int             `json:"fields,omitempty"` // differences by field
	*report.GoldenCounts
}

func (p *replayPrinter) golden() *goldenResult {
	return &goldenResult{Directory: p.o.golden, Files: p.states, Fields: p.fields, GoldenCounts: p.updated}
}

// unfinished is why nothing is compared after a migration that isUnfinished.
const unfinished = "not everything was migrated"

// write tells people what a replay came to.
func (p *replayPrinter) write(t *textWriter, r *result) {
	switch {
	case p.updated != nil:
		t.heading("Replayed in %s: golden files in %s: %d written, %d unchanged, %d removed.", shortly(r.took), lineOf(p.o.golden),
			p.updated.Written, p.updated.Unchanged, p.updated.Removed)
	case r.details.Found > 0:
		p.totals(t)
	case silent(r.err):
		t.heading("Replay ended early, after %s: %s.", shortly(r.took), unfinished)
	case r.err != nil:
		t.heading("Replay ended early, after %s.", shortly(r.took))
	default:
		t.heading("Replayed in %s: everything is as the golden files say.", shortly(r.took))
	}
	t.summary(r.summary, doneWords)
	t.problems(r.details.Problems, r.details.MoreProblems)
	if r.details.Found > 0 {
		t.printf("\nIf this is meant, write the golden files anew and commit them:\n  %s\n", r.next)
	}
}

// totals tells which fields differ, the most frequent first.
func (p *replayPrinter) totals(t *textWriter) {
	same := p.states[report.GoldenSame]
	all := 0
	for _, n := range p.states {
		all += n
	}
	t.heading("Replay found %s in %d of %s (%s).", plural(int64(p.found()), "difference", "differences"), all-same,
		plural(int64(all), "golden file", "golden files"), shortly(p.took))
	fields := slices.SortedFunc(maps.Keys(p.fields), func(a, b string) int {
		return cmp.Or(p.fields[b]-p.fields[a], cmp.Compare(a, b))
	})
	const most = 20
	for _, f := range fields[:min(most, len(fields))] {
		t.printf("  %6s  %s\n", humanize.Comma(int64(p.fields[f])), lineOf(f))
	}
	if more := len(fields) - most; more > 0 {
		t.printf("  … and %s\n", plural(int64(more), "more field", "more fields"))
	}
	if hidden := p.found() - p.shown; hidden > 0 && p.o.output.format.value == formatText {
		t.printf("  %s shown above; --verbose shows all\n", plural(int64(p.shown), "difference", "differences"))
	}
	t.printf("\n")
}

// printJUnit prints the result for a CI system.
func (p *replayPrinter) printJUnit(err error) error {
	switch {
	case silent(err) && exitCode(err) == exitIncomplete:
		p.suite.Fail(unfinished, p.report.Problems)
	case err != nil && !silent(err):
		p.suite.Fail(err.Error(), nil)
	}
	if err = cmp.Or(err, p.suite.Write(p.s.out, p.began, p.took)); err == nil {
		return nil
	}
	return &reportedError{err}
}
