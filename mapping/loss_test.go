package mapping_test

import (
	"cmp"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// declaredCodes reads the constants of losscodes.go.
func declaredCodes(t *testing.T) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "losscodes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(f, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, _ := strconv.Unquote(lit.Value)
				found = append(found, s)
			}
		}
		return true
	})
	return found
}

func TestLossesExplainEveryCode(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	var listed []string
	for _, info := range mapping.Losses() {
		listed = append(listed, string(info.Code))
		if !kebab.MatchString(string(info.Code)) || info.Title == "" || info.Remedy == "" {
			t.Errorf("Losses() has %+v; want a kebab-case code, a title and a remedy", info)
		}
		if strings.Contains(info.Title+info.Remedy, "\n") {
			t.Errorf("Losses() explains %s in more than a line", info.Code)
		}
		if info.Code.Info() != info {
			t.Errorf("Info() of %s = %+v; want %+v", info.Code, info.Code.Info(), info)
		}
	}
	declared := declaredCodes(t)
	slices.Sort(declared)
	slices.Sort(listed)
	if !slices.Equal(listed, declared) {
		t.Errorf("Losses() = %q; want the declared %q", listed, declared)
	}
}

func TestLossesAreSorted(t *testing.T) {
	order := []mapping.Severity{mapping.SeverityCritical, mapping.SeverityMajor, mapping.SeverityMinor, mapping.SeverityInfo}
	if !slices.IsSortedFunc(mapping.Losses(), func(a, b mapping.LossInfo) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity)), cmp.Compare(a.Code, b.Code))
	}) {
		t.Errorf("Losses() = %v; want the most severe first, then by code", mapping.Losses())
	}
}

func TestUnknownCodeIsCritical(t *testing.T) {
	got := mapping.LossCode("from-the-future").Info()
	if got.Severity != mapping.SeverityCritical || got.Code != "from-the-future" || got.Title == "" {
		t.Errorf("Info() = %+v; want a critical one that says so", got)
	}
}

func TestAccountLosses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rules mapping.Rules
		want  string
	}{
		{"with a media store", stored, "arrival-time roles push-and-webhooks"},
		{"without", mapping.Rules{}, "arrival-time no-media-store roles push-and-webhooks"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.rules.AccountLosses()
			if codes(got) != tt.want {
				t.Errorf("AccountLosses() = %s; want %s", codes(got), tt.want)
			}
			for _, l := range got {
				if !l.Code.Info().Account {
					t.Errorf("Info() of %s does not say that it concerns everything", l.Code)
				}
			}
		})
	}
}

func TestAcceptable(t *testing.T) {
	losses := []mapping.Loss{
		{Code: mapping.LossArrivalTime}, {Code: mapping.LossLongBody, Item: "IM1"},
		{Code: mapping.LossExternalParticipant, Item: "MB1"},
	}
	for _, tt := range []struct {
		name   string
		accept []string
		want   string
	}{
		{"nothing", nil, "arrival-time external-participant"},
		{"one", []string{"arrival-time"}, "external-participant"},
		{"space around", []string{" arrival-time "}, "external-participant"},
		{"all", []string{"all"}, ""},
		{"several", []string{"arrival-time", "external-participant", "long-body"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			accepted, err := mapping.Acceptable(tt.accept)
			if err != nil {
				t.Fatal(err)
			}
			if got := mapping.Unaccepted(losses, accepted); codes(got) != tt.want {
				t.Errorf("Unaccepted(…, %v) = %s; want %s", tt.accept, codes(got), tt.want)
			}
		})
	}
}

func TestAcceptableSuggests(t *testing.T) {
	for value, want := range map[string]mapping.LossCode{
		"arival-time":           mapping.LossArrivalTime,
		"External-Participants": mapping.LossExternalParticipant,
		"media-loss":            mapping.LossMediaLost,
	} {
		_, err := mapping.Acceptable([]string{value})
		unknown, ok := errors.AsType[*mapping.UnknownLossError](err)
		if !ok || unknown.Closest != want || !strings.Contains(unknown.Hint(), string(want)) {
			t.Errorf("Acceptable(%q) = %v; want a suggestion of %s", value, err, want)
		}
	}
	if _, err := mapping.Acceptable([]string{""}); err == nil {
		t.Error("Acceptable of nothing = nil error; want one")
	}
}

func TestUnacceptedUnknownCode(t *testing.T) {
	got := mapping.Unaccepted([]mapping.Loss{{Code: "from-the-future"}}, nil)
	if len(got) != 1 {
		t.Errorf("Unaccepted = %v; want the unknown code", got)
	}
}
