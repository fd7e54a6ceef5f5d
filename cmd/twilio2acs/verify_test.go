package main

import (
	"bytes"
	"encoding/csv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// What a spreadsheet would run is text to it, and every cell reads back as it was
// but for that.
func TestCSVIsHarmless(t *testing.T) {
	var out bytes.Buffer
	var o verifyOptions
	o.output.format.value = formatCSV
	print := o.printFound(&streams{out: &resultWriter{w: &out}})
	for _, d := range []migrate.Difference{
		{Path: "conversations/CH1/topic", Want: `"a, b"`, Got: "nothing"},
		{Path: "=HYPERLINK(1)", Want: "+1", Got: "-1"},
		{Path: "@SUM(1)", Want: "\t=1", Got: "\r=1"},
		{Path: "a=1", Want: "", Got: "'"},
	} {
		print(d)
	}
	got, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"path", "want", "got"},
		{"conversations/CH1/topic", `"a, b"`, "nothing"},
		{"'=HYPERLINK(1)", "'+1", "'-1"},
		{"'@SUM(1)", "'\t=1", "'\r=1"},
		{"a=1", "", "''"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
}
