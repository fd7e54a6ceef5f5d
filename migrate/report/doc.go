// Package report turns what the engine says into documents that people and
// programs read: the document of a plan, which -o json prints and from which other
// forms are rendered, and the golden files of a replay.
//
// A Builder is told of every change that a plan finds and keeps sums, the worst of
// each kind, and one small row for each conversation: it does not grow with the
// number of messages. Everything in a document that comes out of people's texts
// stands in it as it is; whoever renders it has to escape it.
//
// A PlanPage and a VerifyPage are for people who decide: each is written as one HTML
// file that needs nothing but itself, and as Markdown that fits into a comment. A
// Sampler keeps, in bounded memory, what the page shows of conversations. In both
// forms texts of people are text and nothing else.
//
// A GoldenReader reads back what a migration has written, in a form in which two
// migrations of the same source say the same; a GoldenDir compares that with files,
// and a GoldenUpdate writes them. Differences are safe to print.
package report
