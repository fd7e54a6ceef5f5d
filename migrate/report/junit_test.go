package report_test

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

var began = time.Date(2026, 3, 4, 12, 0, 0, 0, time.FixedZone("", 3600))

// The order of elements, and every attribute, is what the schema asks for.
func TestJUnitSuite(t *testing.T) {
	var s report.JUnitSuite
	s.Add(report.GoldenResult{Name: "CH1.json", Title: "Order <b>\u202e\x00", State: report.GoldenSame})
	s.Add(report.GoldenResult{
		Name: "CH2.json", File: "golden/CH2.json", State: report.GoldenChanged,
		Differences: []report.GoldenDifference{
			{Path: "conversations/CH2/messages/IM1/content", Where: "messages/IM1/content", Want: []string{`"a"`}, Got: []string{`"]]>"`}},
			{Path: "conversations/CH2/members/x", Where: "members/x", Want: []string{"{", "}"}},
		},
	})
	s.Fail("migrate: no", []migrate.Problem{{Item: "CH3", Status: mapping.StatusFailed, Step: "send", Reason: "a\nb"}})
	var got strings.Builder
	if err := s.Write(&got, began, 1500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	const want = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite id="0" package="twilio2acs" name="replay" timestamp="2026-03-04T11:00:00" hostname="localhost" tests="3" failures="1" errors="1" time="1.500">
    <properties></properties>
    <testcase name="CH1 Order &lt;b&gt;\u202e\x00" classname="twilio2acs.replay" time="0.000"></testcase>
    <testcase name="CH2" classname="twilio2acs.replay" time="0.000">
      <failure message="2 fields are not as golden/CH2.json says" type="changed"><![CDATA[@@ messages/IM1/content @@
-"a"
+"]]]]><![CDATA[>"
@@ members/x @@
-{
-}
]]></failure>
    </testcase>
    <testcase name="replay" classname="twilio2acs.replay" time="0.000">
      <error message="migrate: no" type="error"><![CDATA[failed CH3: send a\nb
]]></error>
    </testcase>
    <system-out></system-out>
    <system-err></system-err>
  </testsuite>
</testsuites>
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestJUnitSuiteIsBounded(t *testing.T) {
	many := make([]report.GoldenDifference, 1000)
	for i := range many {
		many[i] = report.GoldenDifference{Path: "x", Where: "x", Got: []string{"1"}}
	}
	var s report.JUnitSuite
	s.Add(report.GoldenResult{Name: "CH1.json", State: report.GoldenChanged, Differences: many})
	var got strings.Builder
	if err := s.Write(&got, began, 0); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(got.String(), "@@ x @@"); n != 20 || !strings.Contains(got.String(), "… and 980 more") {
		t.Errorf("%d differences are shown", n)
	}
	if err := xml.Unmarshal([]byte(got.String()), new(struct{})); err != nil {
		t.Error(err)
	}
}
