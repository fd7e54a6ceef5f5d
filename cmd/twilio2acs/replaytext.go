package main

import "github.com/twilio2acs/twilio2acs/migrate/report"

// How many differences people are shown unless they ask for all with --verbose: of
// one document, and in all.
const (
	maxDocumentDifferences = 10
	maxReplayDifferences   = 100
)

// diffInks are the colours of lines, by the byte that they begin with.
var diffInks = map[byte]ink{'@': cyan, '-': red, '+': green}

// document shows the differences of one document in the habit of diff.
func (p *replayPrinter) document(t *textWriter, r report.GoldenResult) {
	shown := r.Differences[:p.room(len(r.Differences))]
	if len(shown) == 0 {
		return
	}
	golden, replayed := r.File, "replayed"
	switch r.State {
	case report.GoldenNew:
		golden = wholly[r.State]
	case report.GoldenGone:
		replayed = wholly[r.State]
	}
	if r.Title != "" {
		replayed += ": " + r.Title
	}
	t.printf("%s\n", t.color.paint(bold, "--- "+lineOf(golden)))
	t.printf("%s\n", t.color.paint(bold, "+++ "+lineOf(replayed)))
	for _, d := range shown {
		for _, line := range d.Lines() {
			t.printf("%s\n", t.color.paint(diffInks[line[0]], line))
		}
	}
	if more := len(r.Differences) - len(shown); more > 0 {
		t.printf("… %s here\n", plural(int64(more), "more difference", "more differences"))
	}
	t.printf("\n")
	p.shown += len(shown)
}

// room is how many of n differences of a document are to be shown.
func (p *replayPrinter) room(n int) int {
	if p.o.log.verbose {
		return n
	}
	return min(n, maxDocumentDifferences, maxReplayDifferences-p.shown)
}
