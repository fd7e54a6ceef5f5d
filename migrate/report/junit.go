package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// A JUnitSuite is the result of a replay as CI systems read it: the XML that Ant's
// JUnit task writes (github.com/windyroad/JUnit-Schema), with a test case for each
// document. The zero value is an empty suite.
type JUnitSuite struct {
	cases  []junitCase
	failed int
	broken int
}

type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Suite   junitSuite
}

type junitSuite struct {
	XMLName    xml.Name  `xml:"testsuite"`
	ID         int       `xml:"id,attr"`
	Package    string    `xml:"package,attr"`
	Name       string    `xml:"name,attr"`
	Timestamp  string    `xml:"timestamp,attr"`
	Hostname   string    `xml:"hostname,attr"`
	Tests      int       `xml:"tests,attr"`
	Failures   int       `xml:"failures,attr"`
	Errors     int       `xml:"errors,attr"`
	Time       string    `xml:"time,attr"`
	Properties *struct{} `xml:"properties"`
	Cases      []junitCase
	Out        string `xml:"system-out"`
	Err        string `xml:"system-err"`
}

type junitCase struct {
	XMLName   xml.Name      `xml:"testcase"`
	Name      string        `xml:"name,attr"`
	ClassName string        `xml:"classname,attr"`
	Time      string        `xml:"time,attr"`
	Error     *junitProblem `xml:"error"`
	Failure   *junitProblem `xml:"failure"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

const (
	junitClass = "twilio2acs.replay"
	// maxCaseDifferences is how many differences a test case shows.
	maxCaseDifferences = 20
)

// Add adds the test case of a document.
func (s *JUnitSuite) Add(r GoldenResult) {
	c := junitCase{Name: strings.TrimSuffix(r.Name, goldenExtension), ClassName: junitClass, Time: junitTime(0)}
	if r.Title != "" && r.Title != c.Name {
		c.Name += " " + lineOf(r.Title, false)
	}
	if r.State != GoldenSame {
		s.failed++
		c.Failure = &junitProblem{Message: failureMessage(r), Type: string(r.State), Text: failureText(r)}
	}
	s.cases = append(s.cases, c)
}

func failureMessage(r GoldenResult) string {
	switch n := len(r.Differences); {
	case r.State == GoldenNew:
		return "there is no golden file " + r.File
	case r.State == GoldenGone:
		return "nothing was replayed for golden file " + r.File
	case n == 1:
		return r.Differences[0].Path + " is not as " + r.File + " says"
	default:
		return fmt.Sprintf("%d fields are not as %s says", n, r.File)
	}
}

func failureText(r GoldenResult) string {
	var b strings.Builder
	for _, d := range r.Differences[:min(maxCaseDifferences, len(r.Differences))] {
		for _, line := range d.Lines() {
			fmt.Fprintln(&b, line)
		}
	}
	if more := len(r.Differences) - maxCaseDifferences; more > 0 {
		fmt.Fprintf(&b, "… and %d more\n", more)
	}
	return b.String()
}

// Fail adds a test case for the replay as a whole, which ended for another reason
// than a difference.
func (s *JUnitSuite) Fail(why string, problems []migrate.Problem) {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintln(&b, lineOf(fmt.Sprintf("%s %s: %s %s", p.Status, p.Item, p.Step, p.Reason), true))
	}
	s.broken++
	s.cases = append(s.cases, junitCase{
		Name: "replay", ClassName: junitClass, Time: junitTime(0),
		Error: &junitProblem{Message: lineOf(why, true), Type: "error", Text: b.String()},
	})
}

// Write writes the suite, which began at that time and took so long.
func (s *JUnitSuite) Write(w io.Writer, began time.Time, took time.Duration) error {
	doc := junitSuites{Suite: junitSuite{
		Package: "twilio2acs", Name: "replay", Hostname: "localhost", Properties: new(struct{}),
		Timestamp: began.UTC().Format("2006-01-02T15:04:05"),
		Tests:     len(s.cases), Failures: s.failed, Errors: s.broken, Time: junitTime(took), Cases: s.cases,
	}}
	text, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("encode JUnit XML: %w", err)
	}
	_, err = io.WriteString(w, xml.Header)
	_, werr := w.Write(append(text, '\n'))
	return cmp.Or(err, werr)
}

func junitTime(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
