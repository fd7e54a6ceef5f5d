// Package report turns what the engine says into documents that people and
// programs read: today the document of a plan, which -o json prints and from which
// other forms are rendered.
//
// A Builder is told of every change that a plan finds and keeps sums, the worst of
// each kind, and one small row for each conversation: it does not grow with the
// number of messages. Everything in a document that comes out of people's texts
// stands in it as it is; whoever renders it has to escape it.
package report
