package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// GoldenState says how a document and its golden file go together.
type GoldenState string

// The states of documents.
const (
	GoldenSame    GoldenState = "same"
	GoldenChanged GoldenState = "changed"
	GoldenNew     GoldenState = "new"  // without a golden file
	GoldenGone    GoldenState = "gone" // a golden file without a document
)

// GoldenResult is what comparing one document with its golden file comes to.
type GoldenResult struct {
	Name, Title string // of the document; a golden file without one has no title
	File        string // path of the golden file, for people
	State       GoldenState
	// Differences are those of a document that has changed, field by field; for one
	// on one side only, a single difference of the whole.
	Differences []GoldenDifference
}

// Compare compares a document with its golden file. With whole, differences show
// values from beginning to end. The error of a golden file that cannot be read is
// a *GoldenError.
func (d *GoldenDir) Compare(doc GoldenDocument, whole bool) (GoldenResult, error) {
	d.seen[doc.Name] = true
	r := GoldenResult{Name: doc.Name, Title: doc.Title, File: d.file(doc.Name), State: GoldenSame}
	text, err := d.read(doc.Name)
	if err != nil || bytes.Equal(text, doc.Text) {
		return r, err
	}
	got, err := ParseGolden(doc.Text)
	if err != nil {
		return r, fmt.Errorf("read what was replayed: %w", err)
	}
	diff := goldenDiff{document: pathOf(doc.Name), whole: whole}
	if text == nil {
		r.State = GoldenNew
		diff.differ(place{}, absent{}, got)
		r.Differences = diff.found
		return r, nil
	}
	want, err := d.parse(doc.Name, text)
	if err != nil {
		return r, err
	}
	diff.compare(place{}, want, got)
	if r.Differences = diff.found; len(diff.found) > 0 {
		r.State = GoldenChanged
	}
	return r, nil
}

// Gone are the golden files that nothing was compared with: of conversations that
// are no more.
func (d *GoldenDir) Gone(whole bool) ([]GoldenResult, error) {
	names, err := d.unseen()
	if err != nil {
		return nil, err
	}
	results := make([]GoldenResult, 0, len(names))
	for _, name := range names {
		text, err := d.read(name)
		if err != nil {
			return nil, err
		}
		want, err := d.parse(name, text)
		if err != nil {
			return nil, err
		}
		diff := goldenDiff{document: pathOf(name), whole: whole}
		diff.differ(place{}, want, absent{})
		results = append(results, GoldenResult{Name: name, File: d.file(name), State: GoldenGone, Differences: diff.found})
	}
	return results, nil
}

// pathOf is where the paths of a document begin. Those of the account begin with
// what they are about.
func pathOf(name string) []string {
	subject := strings.TrimSuffix(name, goldenExtension)
	if name == goldenSummaryFile || name == goldenUsersFile {
		return []string{subject}
	}
	return []string{"conversations", subject}
}

// inLine adds to an error of reading JSON in which line it is.
func inLine(text []byte, err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("it is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends in the middle")
	case errors.As(err, &syntax):
		before := text[:min(int64(len(text)), max(0, syntax.Offset-1))]
		return fmt.Errorf("line %d: %w", bytes.Count(before, []byte("\n"))+1, err)
	}
	return err
}
