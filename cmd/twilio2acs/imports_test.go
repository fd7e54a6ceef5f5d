package main_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/twilio2acs/twilio2acs/"

// allowed are the arrows between our packages: each may import those named here
// and no others of ours. Tests may import more.
var allowed = map[string][]string{
	"mapping":                 {},
	"acsdest/limits":          {},
	"twiliosrc":               {"mapping"},
	"twiliosrc/redact":        {"mapping"},
	"twiliosrc/fixtureserver": {"mapping", "twiliosrc"},
	"acsdest":                 {"mapping", "acsdest/limits"},
	"acsdest/emulator":        {"acsdest/limits"},
	"checkpoint":              {"mapping"},
	"migrate":                 {"mapping", "acsdest/limits"},
	"migrate/report":          {"mapping", "migrate", "acsdest/limits"},
	"cmd/twilio2acs": {
		"cmd/twilio2acs/config", "cmd/twilio2acs/doctor", "cmd/twilio2acs/expression", "cmd/twilio2acs/identities", "cmd/twilio2acs/metrics", "cmd/twilio2acs/night", "cmd/twilio2acs/probe", "cmd/twilio2acs/spelling", "mapping", "twiliosrc", "twiliosrc/fixtureserver", "acsdest", "acsdest/emulator",
		"acsdest/limits", "checkpoint", "migrate", "migrate/report", "twiliosrc/redact",
	},
	"cmd/twilio2acs/config":     {"cmd/twilio2acs/spelling"},
	"cmd/twilio2acs/doctor":     {"twiliosrc"},
	"cmd/twilio2acs/expression": {"mapping"},
	"cmd/twilio2acs/identities": {"mapping"},
	"cmd/twilio2acs/metrics":    {"mapping", "acsdest", "acsdest/limits", "migrate"},
	"cmd/twilio2acs/night":      {"mapping", "migrate", "migrate/report"},
	"cmd/twilio2acs/probe":      {"mapping", "acsdest"},
	"cmd/twilio2acs/spelling":   {},
	"cmd/twilio2acs/benchtable": {"mapping", "acsdest", "migrate"}, // drives the program from outside, but for a bare loop of its client and a forecast
	"cmd/twilio2acs/killtest":   {},                                // tests alone, of the program as a whole
}

// soleUsers are libraries that stay behind one package, so that replacing them
// touches no other. The embedded ACS keeps its own state in bbolt.
var soleUsers = map[string][]string{
	"github.com/twilio/twilio-go":         {"twiliosrc"},
	"github.com/Azure/azure-sdk-for-go":   {"acsdest"},
	"go.etcd.io/bbolt":                    {"checkpoint", "acsdest/emulator"},
	"github.com/spf13/cobra":              {"cmd/twilio2acs"},
	"github.com/schollz/progressbar":      {"cmd/twilio2acs"},
	"github.com/prometheus/client_golang": {"cmd/twilio2acs/metrics"},
	"cel.dev/cel-go":                      {"cmd/twilio2acs/expression"},
	"net/http":                            {"twiliosrc", "twiliosrc/fixtureserver", "acsdest", "acsdest/emulator", "cmd/twilio2acs/doctor", "cmd/twilio2acs/expression", "cmd/twilio2acs/metrics", "cmd/twilio2acs/benchtable"},
}

// Internal packages belong to their parent and may be imported by it alone, as
// the compiler sees to; they get their parent's arrows.
func owner(pkg string) string {
	parent, _, _ := strings.Cut(pkg, "/internal/")
	return parent
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := owner(strings.TrimPrefix(fields[0], module))
		arrows, ok := allowed[pkg]
		if !ok {
			t.Errorf("package %s has no place in the package map", pkg)
			continue
		}
		seen++
		for _, imp := range fields[1:] {
			checkArrow(t, pkg, arrows, imp)
		}
	}
	if seen < len(allowed) {
		t.Errorf("%d packages, want %d", seen, len(allowed))
	}
}

func checkArrow(t *testing.T, pkg string, arrows []string, imp string) {
	t.Helper()
	if to, ours := strings.CutPrefix(imp, module); ours {
		if to = owner(to); to != pkg && !slices.Contains(arrows, to) {
			t.Errorf("%s imports %s", pkg, to)
		}
		return
	}
	for lib, users := range soleUsers {
		if (imp == lib || strings.HasPrefix(imp, lib+"/")) && !slices.Contains(users, pkg) {
			t.Errorf("%s imports %s, which is for %s alone", pkg, imp, strings.Join(users, " and "))
		}
	}
	if pkg == "mapping" && strings.Contains(imp, ".") && imp != "github.com/rivo/uniseg" {
		t.Errorf("mapping imports %s: it has only the standard library and uniseg", imp)
	}
}
