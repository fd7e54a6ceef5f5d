package identities_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/identities"
	"github.com/twilio2acs/twilio2acs/mapping"
)

func user(name string) mapping.PersonKey {
	return mapping.PersonKey{Kind: mapping.PersonUser, Service: "IS1", Name: name}
}

func former(name string) mapping.PersonKey {
	return mapping.PersonKey{Kind: mapping.PersonFormer, Service: "IS1", Name: name}
}

// memory is a Past that remembers what it is told.
type memory struct {
	decisions []mapping.Decision
	created   map[mapping.CommunicationUserID]mapping.PersonKey
	written   map[mapping.PersonKey]bool
}

func (m memory) Decisions() ([]mapping.Decision, error) { return m.decisions, nil }
func (m memory) Holder(id mapping.CommunicationUserID) (mapping.PersonKey, bool) {
	key, known := m.created[id]
	return key, known
}
func (m memory) Resource() string {
	for id := range m.created {
		return identities.ResourceOf(id)
	}
	return ""
}
func (m memory) Written(key mapping.PersonKey, _ mapping.Decision) (bool, error) {
	return m.written[key], nil
}

const headings = "service,kind,identity,friendly_name,action,acs_id,same_as,name,also_called\n"

// changes are what a table of these lines changes.
func changes(lines string, past memory) ([]mapping.Decision, error) {
	rows, err := identities.Read("people.csv", strings.NewReader(headings+lines))
	if err != nil {
		return nil, err
	}
	return identities.Changes("people.csv", rows, past)
}

func TestChanges(t *testing.T) {
	past := memory{
		decisions: []mapping.Decision{{Key: user("old"), Action: mapping.ActionUse, User: "8:acs:r_old"}},
		created:   map[mapping.CommunicationUserID]mapping.PersonKey{"8:acs:r_made": user("made")},
	}
	for _, tt := range []struct {
		name, lines string
		want        []mapping.Decision
	}{
		{"nothing", "IS1,user,alice,,,,,,\n", nil},
		{"create", "IS1,user,alice,,create,,,,\n", nil},
		{"of an ACS user without use", "IS1,user,alice,,,8:acs:r_1,,,\n", nil},
		{"masked", "IS1,placeholder,SMS ••42,,,,,,\n", nil},
		{"use", "IS1,user,alice,,use,8:acs:r_1,,,\n", []mapping.Decision{{Key: user("alice"), Action: mapping.ActionUse, User: "8:acs:r_1"}}},
		{"use by two", "IS1,user,bob,,use,8:acs:r_1,,,\nIS1,user,alice,,use,8:acs:r_1,,,\n", []mapping.Decision{
			{Key: user("alice"), Action: mapping.ActionUse, User: "8:acs:r_1"},
			{Key: user("bob"), Action: mapping.ActionUse, User: "8:acs:r_1", SameAs: user("alice")},
		}},
		{"use of one in use", "IS1,user,alice,,use,8:acs:r_old,,,\n", []mapping.Decision{
			{Key: user("alice"), Action: mapping.ActionUse, User: "8:acs:r_old", SameAs: user("old")},
		}},
		{"use of one that was created", "IS1,user,alice,,use,8:acs:r_made,,,\n", []mapping.Decision{
			{Key: user("alice"), Action: mapping.ActionUse, User: "8:acs:r_made", SameAs: user("made")},
		}},
		{"taken back", "IS1,user,old,,,8:acs:r_old,,,\n", []mapping.Decision{{Key: user("old")}}},
		{"merge", "IS1,user,al,,merge,,IS1/alice,,\nIS1,user,alice,,,,,Alice,\n", []mapping.Decision{
			{Key: user("al"), Action: mapping.ActionMerge, SameAs: user("alice")},
			{Key: user("alice"), Name: "Alice"},
		}},
		{"drop", "IS1,user,'=alice,Alice A.,drop,,,,Ali|Lice\n", []mapping.Decision{
			{Key: user("=alice"), Action: mapping.ActionDrop, Names: []string{"Alice A.", "Ali", "Lice"}},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := changes(tt.lines, past)
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("Changes (-want +got): %v\n%s", err, diff)
			}
		})
	}
}

func TestPseudonyms(t *testing.T) {
	const lines = "IS1,user,alice,Alice,anonymise,,,,\nIS1,former,alice,Alice,anonymise,,,,\nIS1,user,bob,,anonymise,,,,\n"
	first, err := changes(lines, memory{})
	if err != nil || len(first) != 3 {
		t.Fatalf("Changes = %+v, %v; want three", first, err)
	}
	names := make(map[mapping.PersonKey]string)
	for _, d := range first {
		names[d.Key] = d.Pseudonym
	}
	if names[user("alice")] != names[former("alice")] || names[user("alice")] == names[user("bob")] || names[user("bob")] == "" {
		t.Errorf("pseudonyms %v; want one for each human", names)
	}
	if again, err := changes(lines, memory{decisions: first}); len(again) > 0 || err != nil {
		t.Errorf("Changes of the same table = %+v, %v; want none", again, err)
	}
}

func TestMistakes(t *testing.T) {
	past := memory{created: map[mapping.CommunicationUserID]mapping.PersonKey{"8:acs:r_gone": former("gone")}}
	for _, tt := range []struct{ lines, want string }{
		{"IS1,user,a,,fly,,,,\n", "line 2, column action"},
		{"IS1,guest,a,,,,,,\n", "line 2, column kind"},
		{",user,a,,,,,,\n", "line 2, column service"},
		{"IS1,user,a,,use,,,,\n", "line 2, column acs_id"},
		{"IS1,user,a,,use,8:orgid:1,,,\n", "line 2, column acs_id"},
		{"IS1,user,a,,use,8:acs:other_1,,,\n", "line 2, column acs_id: the ACS user is of resource other"},
		{"IS1,user,a,,use,8:acs:r_gone,,,\n", "line 2, column acs_id: the ACS user stands for a former"},
		{"IS1,user,a,,merge,,,,\n", "line 2, column same_as"},
		{"IS1,user,a,,merge,,nobody,,\n", "line 2, column same_as"},
		{"IS1,user,a,,merge,,IS1/a,,\n", "line 2, column same_as: it names the person themselves"},
		{"IS1,user,a,,merge,,IS1/b,,\n", "line 2, column same_as: no user of the table"},
		{"IS1,user,a,,merge,,IS1/b,,\nIS1,user,b,,merge,,IS1/a,,\n", "line 3, column same_as"},
		{"IS1,user,a,,merge,,IS1/b,,\nIS1,user,b,,drop,,,,\n", "line 2, column same_as: nothing of that person"},
		{"IS1,user,a,,,,IS1/b,,\n", "line 2, column action"},
		{"IS1,former,a,,use,8:acs:r_1,,,\n", "line 2, column action"},
		{"IS1,author,a,,,,,System,\n", "line 2, column name"},
		{"IS1,user,a,,drop,,,A,\n", "line 2, column name"},
		{"IS1,user,a,,drop,,,,\nIS1,former,a,,anonymise,,,,\n", "line 2, column action"},
		{"IS1,placeholder,SMS ••42,,drop,,,,\n", "line 2, column identity: the address is masked"},
		{"IS1,user,a,E-mail a••,drop,,,,\n", "line 2, column friendly_name"},
		{"IS1,user,a,,,,,,\nIS1,user,a,,,,,,\n", "line 3, column identity: line 2"},
		{"IS1,user,\"a,,,,,,\n", "line 2: at character"},
	} {
		_, err := changes(tt.lines, past)
		var mistakes *identities.Mistakes
		if !errors.As(err, &mistakes) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Changes(%q) = %v; want %q", tt.lines, err, tt.want)
		}
	}
}

func TestMistakeAboutSomebodyAbsent(t *testing.T) {
	past := memory{decisions: []mapping.Decision{{Key: user("al"), Action: mapping.ActionMerge, SameAs: user("alice")}}}
	_, err := changes("IS1,user,alice,,drop,,,,\n", past)
	if err == nil || !strings.Contains(err.Error(), "line 2, column action: IS1/al was made one with this person") {
		t.Errorf("Changes = %v; want that al has to be decided about, too", err)
	}
}

func TestHeadings(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"", "empty"},
		{"service,kind\n", "column identity"},
		{"service,kind,identity,colour\n", "column colour"},
		{"service,kind,identity,kind\n", "column kind"},
		{"\uFEFFService;Kind;Identity\r\nIS1;user;a\r\n", ""},
	} {
		_, err := identities.Read("p.csv", strings.NewReader(tt.file))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("Read(%q) = %v; want %q", tt.file, err, tt.want)
		}
	}
}

func TestWritten(t *testing.T) {
	past := memory{written: map[mapping.PersonKey]bool{user("alice"): true}}
	_, err := changes("IS1,user,alice,,drop,,,,\nIS1,user,bob,,drop,,,,\n", past)
	var written *identities.WrittenError
	if !errors.As(err, &written) || !cmp.Equal(written.People, []mapping.PersonKey{user("alice")}) {
		t.Errorf("Changes = %v; want that alice has been written", err)
	}
	if got, err := changes("IS1,user,alice,,,,,,\n", past); len(got) > 0 || err != nil {
		t.Errorf("Changes of nothing = %+v, %v", got, err)
	}
}

// Whatever people are called, the table comes back as it was written.
func FuzzTable(f *testing.F) {
	f.Add("alice", "Alice", "Ali")
	f.Add("=1+1", "'@x", "-")
	f.Add("a;\"b\"\n", "", "x")
	f.Fuzz(func(t *testing.T, name, friendly, also string) {
		for _, s := range []string{name, friendly, also} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\r•|") || s != strings.TrimSpace(s) {
				t.Skip("names that no table tells apart")
			}
		}
		if name == "" {
			t.Skip()
		}
		decided := mapping.Decision{Key: user(name), Action: mapping.ActionDrop}
		for _, s := range []string{friendly, also} {
			if s != "" && s != name && (len(decided.Names) == 0 || decided.Names[0] != s) {
				decided.Names = append(decided.Names, s)
			}
		}
		var file bytes.Buffer
		w := identities.NewWriter(&file, func(s string) string { return s })
		w.Write(identities.RowOf(decided.Key, decided, friendly))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		lines, err := identities.Read("p.csv", &file)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := identities.Changes("p.csv", lines, memory{decisions: []mapping.Decision{decided}}); len(got) > 0 || err != nil {
			t.Errorf("a table that nobody edited changes %+v, %v", got, err)
		}
	})
}

// Read bears anything.
func FuzzRead(f *testing.F) {
	f.Add(headings + "IS1,user,alice,,use,8:acs:r_1,,,\n")
	f.Add("\uFEFFservice;kind;identity\n;;\n\"")
	f.Fuzz(func(_ *testing.T, file string) {
		lines, err := identities.Read("p.csv", strings.NewReader(file))
		if err == nil {
			_, _ = identities.Changes("p.csv", lines, memory{})
		}
	})
}
