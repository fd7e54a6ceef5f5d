package twiliosrc_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// A manifest names every file of media, but nobody holds their names: there may be
// millions.
func TestManifestIsNotHeld(t *testing.T) {
	const files = 20_000
	var sizes, sums strings.Builder
	for i := range files {
		fmt.Fprintf(&sizes, `,"media/%s":%d`, snapshottest.SID("ME", i), i)
		fmt.Fprintf(&sums, `,"media/%s":"%064d"`, snapshottest.SID("ME", i), i)
	}
	dir := snapshottest.Dir(t, map[string]string{"snapshot.json": `{"format":"twilio-conversations-snapshot",` +
		`"sizes":{"messages.jsonl":0` + sizes.String() + `},"note":{"any":["thing"]},"sha256":{"users.jsonl":"0"` + sums.String() + `},"version":1}`})
	s := open(t, dir, nil)
	if m := s.Manifest(); len(m.Sizes) != 1 || len(m.SHA256) != 1 {
		t.Errorf("%d sizes and %d hashes are held, want those of listings", len(m.Sizes), len(m.SHA256))
	}
	err := s.Verify(t.Context())
	var first *twiliosrc.ManifestError
	if !errors.As(err, &first) || first.File != "users.jsonl" {
		t.Errorf("Verify: %v, want users.jsonl to be missing first", first)
	}
	if joined, ok := err.(interface{ Unwrap() []error }); !ok || len(joined.Unwrap()) > 2000 {
		t.Errorf("Verify holds the errors of all files")
	}
}

func TestManifestRefuses(t *testing.T) {
	const head = `{"format":"twilio-conversations-snapshot","version":1`
	for _, tt := range []struct{ name, text, want string }{
		{"a list", `[]`, "no JSON object"},
		{"a list of sizes", head + `,"sizes":[1]}`, "no JSON object"},
		{"half a manifest", head + `,"sizes":{"messages.jsonl":0`, "EOF"},
		{"two manifests", head + `}` + head + `}`, "behind it"},
		{"a size that is none", head + `,"sizes":{"media/` + snapshottest.SID("ME", 1) + `":"big"}}`, "int64"},
		{"a path among media", head + `,"sha256":{"media/../../x":"0"}}`, "no file of a snapshot"},
		{"a value without end", head + `,"note":"` + strings.Repeat("x", 3<<20) + `"}`, "longer than 1024 KB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := twiliosrc.OpenSnapshot(t.Context(), snapshottest.Dir(t, map[string]string{"snapshot.json": tt.text}), nil)
			if !errors.As(err, new(*twiliosrc.ManifestError)) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("OpenSnapshot: %v (%T); want it to name %q", err, err, tt.want)
			}
		})
	}
}

// What a manifest says of media is compared with the files.
func TestVerifyMedia(t *testing.T) {
	dir := snapshottest.Copy(t, harbour)
	files, err := filepath.Glob(filepath.Join(dir, "media", "ME*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	whole[len(whole)/2]++
	if err := errors.Join(os.WriteFile(files[0], whole, 0o600), os.Remove(files[1])); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, nil)
	if err := s.VerifyListings(t.Context()); err != nil {
		t.Errorf("VerifyListings looks at media: %v", err)
	}
	got := fmt.Sprint(s.Verify(t.Context()))
	for i, want := range []string{"its SHA-256 is", "no such file"} {
		if name := "media/" + filepath.Base(files[i]); !strings.Contains(got, "check "+name+": ") || !strings.Contains(got, want) {
			t.Errorf("Verify: %s; want it to say %q of %s", got, want, name)
		}
	}
}
