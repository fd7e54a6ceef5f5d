package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/migrate/report"
)

const thread = `{
  "conversation": "CH1",
  "files": {
    "CH1/ME1/a.png": "sha256:00"
  },
  "format": "twilio2acs-golden/v1",
  "members": [
    {
      "user": "user:IS1/mia"
    },
    {
      "user": "user:IS1/a b/c"
    }
  ],
  "messages": [
    {
      "content": "one",
      "id": "IM1",
      "metadata": {
        "twilioAuthor": "mia"
      }
    },
    {
      "content": "two",
      "id": "IM2"
    }
  ]
}
`

// goldenDir is a directory that holds files, by name.
func goldenDir(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func openGolden(t *testing.T, dir string) *report.GoldenDir {
	t.Helper()
	d, err := report.OpenGolden(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func threadDocument(text string) report.GoldenDocument {
	return report.GoldenDocument{Name: "CH1.json", Title: "Order", Text: []byte(text)}
}

func TestGoldenCompare(t *testing.T) {
	const conversation = "conversations/CH1/"
	for _, tt := range []struct {
		name     string
		old, new string // what is replaced in the golden file to get what is replayed
		want     []report.GoldenDifference
	}{
		{"nothing", "", "", nil},
		{"text", `"one"`, `"uno"`, []report.GoldenDifference{{
			Path: conversation + "messages/IM1/content", Where: "messages/IM1/content", Field: "messages/*/content",
			Want: []string{`"one"`}, Got: []string{`"uno"`},
		}}},
		{"field that is gone", ",\n      \"metadata\": {\n        \"twilioAuthor\": \"mia\"\n      }", "", []report.GoldenDifference{{
			Path: conversation + "messages/IM1/metadata", Where: "messages/IM1/metadata", Field: "messages/*/metadata",
			Want: []string{"{", `  "twilioAuthor": "mia"`, "}"},
		}}},
		{"field that is new", `"mia"` + "\n      }", `"mia", "twilioPart": "1/2"` + "\n      }", []report.GoldenDifference{{
			Path: conversation + "messages/IM1/metadata/twilioPart", Where: "messages/IM1/metadata/twilioPart", Field: "messages/*/metadata/twilioPart",
			Got: []string{`"1/2"`},
		}}},
		{"message that is new", `"content": "two"`, `"content": "new", "id": "IM3"}, {"content": "two"`, []report.GoldenDifference{{
			Path: conversation + "messages/IM3", Where: "messages/IM3", Field: "messages/*",
			Got: []string{"{", `  "content": "new",`, `  "id": "IM3"`, "}"},
		}}},
		{"messages in another order", `"messages": [`, `"messages": [{"content": "two", "id": "IM2"},`, nil}, // see below
		{"member whose name is no path", `a b/c"`, `a b/c", "displayName": "C"`, []report.GoldenDifference{{
			Path:  conversation + "members/user:IS1%2Fa%20b%2Fc/displayName",
			Where: "members/user:IS1/a b/c/displayName", Field: "members/*/displayName",
			Got: []string{`"C"`},
		}}},
		{"file", `sha256:00`, `sha256:01`, []report.GoldenDifference{{
			Path: conversation + "files/CH1%2FME1%2Fa.png", Where: "files/CH1/ME1/a.png", Field: "files/*",
			Want: []string{`"sha256:00"`}, Got: []string{`"sha256:01"`},
		}}},
		{"text that would move the cursor", `"two"`, `"` + "\u202e" + `\u001b[2Jtwo"`, []report.GoldenDifference{{
			Path: conversation + "messages/IM2/content", Where: "messages/IM2/content", Field: "messages/*/content",
			Want: []string{`"two"`}, Got: []string{`"\u202e\x1b[2Jtwo"`},
		}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(thread, tt.old, tt.new, 1)
			if tt.name == "messages in another order" {
				text = strings.Replace(text, ",\n    {\n      \"content\": \"two\",\n      \"id\": \"IM2\"\n    }", "", 1)
				tt.want = []report.GoldenDifference{{
					Path: conversation + "messages/order", Where: "messages/order", Field: "messages/order",
					Want: []string{`"IM1"`}, Got: []string{`"IM2"`},
				}}
			}
			got, err := openGolden(t, goldenDir(t, map[string]string{"CH1.json": thread})).Compare(threadDocument(text), false)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.Differences); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
			state := report.GoldenChanged
			if tt.want == nil {
				state = report.GoldenSame
			}
			if got.State != state {
				t.Errorf("state %s, want %s", got.State, state)
			}
		})
	}
}

// A golden file that was formatted anew, or checked out with other line ends, says
// what it said.
func TestGoldenCompareLooksAtValues(t *testing.T) {
	for name, text := range map[string]string{
		"line ends": strings.ReplaceAll(thread, "\n", "\r\n"),
		"one line":  strings.ReplaceAll(thread, "\n", ""),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := openGolden(t, goldenDir(t, map[string]string{"CH0.json": thread, "CH1.json": text})).Compare(threadDocument(thread), false)
			if err != nil || got.State != report.GoldenSame {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestGoldenCompareShows(t *testing.T) {
	long := strings.Replace(thread, `"one"`, `"`+strings.Repeat("na ", 500)+`"`, 1)
	for _, tt := range []struct {
		whole       bool
		least, most int // bytes
	}{{false, 10, 200}, {true, 1500, 1600}} {
		got, err := openGolden(t, goldenDir(t, map[string]string{"CH1.json": thread})).Compare(threadDocument(long), tt.whole)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(got.Differences[0].Got[0]); n < tt.least || n > tt.most {
			t.Errorf("whole %v: %d bytes, want %d to %d", tt.whole, n, tt.least, tt.most)
		}
	}
}

func TestGoldenOnOneSide(t *testing.T) {
	d := openGolden(t, goldenDir(t, map[string]string{"CH1.json": thread, "CH2.json": thread, "notes.json": "{}", "README": "read me"}))
	first, err := d.Compare(threadDocument(thread), false)
	if err != nil || first.State != report.GoldenSame {
		t.Fatalf("got %v, %v", first, err)
	}
	added, err := d.Compare(report.GoldenDocument{Name: "CH3.json", Text: []byte(thread)}, false)
	if err != nil || added.State != report.GoldenNew || len(added.Differences) != 1 {
		t.Fatalf("got %v, %v", added, err)
	}
	if got := added.Differences[0].Difference(); got.Path != "conversations/CH3" || got.Want != "nothing" {
		t.Errorf("got %v", got)
	}
	gone, err := d.Gone(false)
	if err != nil || len(gone) != 1 || gone[0].Name != "CH2.json" || gone[0].State != report.GoldenGone {
		t.Fatalf("got %v, %v", gone, err)
	}
	lines := gone[0].Differences[0].Lines()
	if last := lines[len(lines)-1]; len(lines) != 13 || last != "-… 16 more lines" {
		t.Errorf("%d lines, the last one %q", len(lines), last)
	}
}

func TestGoldenDamaged(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"conflict", strings.Replace(thread, "  \"format\"", "<<<<<<< HEAD\n  \"format\"", 1), "line 6: invalid character '<' looking for beginning of object key string"},
		{"cut off", thread[:100], "it ends in the middle"},
		{"empty", "", "it is empty"},
		{"two", thread + thread, "something follows after the end of the document"},
		{"a list", "[]", "no JSON object"},
		{"something else", `{"format": "x"}`, `"format" is not "twilio2acs-golden/v1"`},
		{"of a later version", `{"format": "twilio2acs-golden/v2"}`, "it has the format twilio2acs-golden/v2, of another version of this program"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := goldenDir(t, map[string]string{"CH0.json": thread, "CH1.json": tt.text})
			_, err := openGolden(t, dir).Compare(threadDocument(thread), false)
			var damaged *report.GoldenError
			if !errors.As(err, &damaged) || damaged.Hint() == "" {
				t.Fatalf("got %v", err)
			}
			if want := "read golden file " + filepath.Join(dir, "CH1.json") + ": " + tt.want; err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

func TestOpenGoldenOfNone(t *testing.T) {
	empty := t.TempDir()
	for name, dir := range map[string]string{
		"missing": filepath.Join(empty, "missing"), "empty": empty, "of others": goldenDir(t, map[string]string{"a.json": "{}"}),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := report.OpenGolden(dir)
			var none *report.NoGoldenError
			if !errors.As(err, &none) || none.Hint() == "" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzGoldenCompare(f *testing.F) {
	f.Add([]byte(thread), false)
	f.Add([]byte(`{"format":"twilio2acs-golden/v1","messages":[1,null,{"id":1}],"files":[],"members":{"user":"\u0000"}}`), true)
	f.Add([]byte(`{"format":"twilio2acs-golden/v1","files":{"\u202e":"a"}}`), false)
	dir := goldenDir(f, map[string]string{"CH0.json": thread})
	d, err := report.OpenGolden(dir)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = d.Close() })
	f.Fuzz(func(t *testing.T, text []byte, whole bool) {
		if err := os.WriteFile(filepath.Join(dir, "CH1.json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := d.Compare(threadDocument(thread), whole)
		var damaged *report.GoldenError
		switch {
		case errors.As(err, &damaged):
		case err != nil:
			t.Fatal(err)
		case (got.State == report.GoldenSame) != (len(got.Differences) == 0):
			t.Errorf("%s with %d differences", got.State, len(got.Differences))
		}
		for _, d := range got.Differences {
			for _, line := range append(d.Lines(), d.Path) {
				if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
					t.Errorf("not printable: %q", line)
				}
			}
		}
	})
}

func TestGoldenUpdate(t *testing.T) {
	dir := goldenDir(t, map[string]string{"CH1.json": thread, "CH2.json": thread, ".gitattributes": "* text"})
	if err := os.MkdirAll(filepath.Join(dir, ".replay-update", "left over"), 0o700); err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(thread, "one", "uno", 1)
	put := func(u *report.GoldenUpdate) {
		for _, doc := range []report.GoldenDocument{threadDocument(thread), {Name: "CH3.json", Text: []byte(changed)}} {
			if err := u.Put(doc); err != nil {
				t.Fatal(err)
			}
		}
	}

	u, err := report.UpdateGolden(dir)
	if err != nil {
		t.Fatal(err)
	}
	put(u)
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := namesIn(t, dir), []string{".gitattributes", "CH1.json", "CH2.json"}; !slices.Equal(got, want) {
		t.Errorf("what was not committed left %q, want %q", got, want)
	}

	if u, err = report.UpdateGolden(dir); err != nil {
		t.Fatal(err)
	}
	put(u)
	got, err := u.Commit()
	if err := errors.Join(err, u.Close()); err != nil {
		t.Fatal(err)
	}
	if want := (report.GoldenCounts{Written: 1, Unchanged: 1, Removed: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got, want := namesIn(t, dir), []string{".gitattributes", "CH1.json", "CH3.json"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	text, err := os.ReadFile(filepath.Join(dir, "CH3.json"))
	if err != nil || string(text) != changed {
		t.Errorf("got %q, %v", text, err)
	}
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

func TestGoldenUpdateRefusesForeignFiles(t *testing.T) {
	dir := goldenDir(t, map[string]string{"CH1.json": thread, "go.mod": "module x", "a.json": "{}", "b.json": "[]", "c.json": ""})
	if err := os.Symlink(filepath.Join(dir, "CH1.json"), filepath.Join(dir, "CH2.json")); err != nil {
		t.Fatal(err)
	}
	_, err := report.UpdateGolden(dir)
	var foreign *report.ForeignGoldenError
	if !errors.As(err, &foreign) || foreign.Hint() == "" {
		t.Fatalf("got %v", err)
	}
	if want := []string{"CH2.json", "a.json", "b.json", "c.json", "go.mod"}; !slices.Equal(foreign.Files, want) {
		t.Errorf("got %q, want %q", foreign.Files, want)
	}
	if !strings.HasSuffix(err.Error(), `it holds something else: "CH2.json", "a.json", "b.json" and 2 more`) {
		t.Errorf("got %v", err)
	}
	if got := namesIn(t, dir); len(got) != 6 {
		t.Errorf("%q are left", got)
	}
}
