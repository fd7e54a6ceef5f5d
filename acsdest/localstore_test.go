package acsdest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

const (
	photoKey = "CH00000000000000000000000000000001/ME00000000000000000000000000000001/photo.jpg"
	helloSum = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of "hello"
)

func newStore(t testing.TB, dir string) *acsdest.LocalStore {
	t.Helper()
	store, err := acsdest.NewLocalStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func TestLocalStorePutAndOpen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "media")
	store := newStore(t, dir)
	for _, content := range []string{"first", "hello"} {
		size, sum, err := store.Put(t.Context(), photoKey, "image/jpeg", strings.NewReader(content))
		if err != nil || size != 5 || len(sum) != 64 || (content == "hello") != (sum == helloSum) {
			t.Errorf("Put(%q) = %d, %s, %v", content, size, sum, err)
		}
		if got := contentOf(t, store, photoKey); got != content {
			t.Errorf("stored %q; want %q", got, content)
		}
	}
	want := map[string]string{
		".": "drwx------", ".partial": "drwx------",
		"CH00000000000000000000000000000001":                                              "drwx------",
		"CH00000000000000000000000000000001/ME00000000000000000000000000000001":           "drwx------",
		"CH00000000000000000000000000000001/ME00000000000000000000000000000001/photo.jpg": "-rw-------",
	}
	if diff := cmp.Diff(want, modes(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestLocalStoreKeepsTheOldFileWhenPutFails(t *testing.T) {
	dir := t.TempDir()
	store := newStore(t, dir)
	if _, _, err := store.Put(t.Context(), photoKey, "", strings.NewReader("hello")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	for name, r := range map[string]io.Reader{
		"source breaks off": io.MultiReader(strings.NewReader("bye"), errReader{io.ErrUnexpectedEOF}),
		"cancelled":         io.MultiReader(strings.NewReader("bye"), readFunc(func() { cancel() }), strings.NewReader("more")),
	} {
		if _, _, err := store.Put(ctx, photoKey, "", r); err == nil {
			t.Errorf("%s: no error", name)
		}
		if got := contentOf(t, store, photoKey); got != "hello" {
			t.Errorf("%s: the file holds %q", name, got)
		}
	}
	if left, err := os.ReadDir(filepath.Join(dir, ".partial")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

func TestLocalStoreConcurrently(t *testing.T) {
	store := newStore(t, t.TempDir())
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			content := strings.Repeat(fmt.Sprint(i%10), 10_000)
			key := fmt.Sprintf("CH1/ME%d/file", i%4)
			if _, _, err := store.Put(t.Context(), key, "", strings.NewReader(content)); err != nil {
				t.Error(err)
			}
			if got := contentOf(t, store, key); len(got) != 10_000 || strings.Trim(got, got[:1]) != "" {
				t.Errorf("%s is mixed up", key)
			}
		})
	}
	wg.Wait()
}

func TestLocalStoreOpensNothingElse(t *testing.T) {
	store := newStore(t, t.TempDir())
	if _, _, err := store.Put(t.Context(), photoKey, "", strings.NewReader("hello")); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"CH1/ME1/absent", filepath.Dir(photoKey)} {
		if _, err := store.Open(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open(%q): %v; want fs.ErrNotExist", key, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Open(cancelled, photoKey); !errors.Is(err, context.Canceled) {
		t.Errorf("Open after the end: %v", err)
	}
}

var badKeys = []string{
	"", ".", "..", "/", "//", "a//b", "/etc/passwd", "a/", "../x", "a/../../x", "a/..", "./a", "a/./b",
	`a\b`, `..\x`, "a\x00b", "a\nb", "a\x7f", "\xff", ".partial/x", "a/.partial",
}

func TestLocalStoreRefusesKeys(t *testing.T) {
	dir := t.TempDir()
	store := newStore(t, filepath.Join(dir, "media"))
	for _, key := range badKeys {
		_, _, err := store.Put(t.Context(), key, "", strings.NewReader("x"))
		var e *acsdest.KeyError
		if !errors.As(err, &e) {
			t.Errorf("Put(%q): %v; want a KeyError", key, err)
		}
		if _, err := store.Open(t.Context(), key); !errors.As(err, &e) {
			t.Errorf("Open(%q): %v; want a KeyError", key, err)
		}
	}
	if got := modes(t, dir); len(got) != 3 {
		t.Errorf("something was written: %v", got)
	}
}

func TestLocalStoreFollowsNoLinkOutside(t *testing.T) {
	dir := t.TempDir()
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "CH1")); err != nil {
		t.Skip(err)
	}
	store := newStore(t, dir)
	if _, _, err := store.Put(t.Context(), "CH1/file", "", strings.NewReader("x")); err == nil {
		t.Error("a file was put outside of the store")
	}
	if left, _ := os.ReadDir(outside); len(left) > 0 {
		t.Errorf("outside: %v", left)
	}
}

func TestLocalStoreClearsWhatACrashLeft(t *testing.T) {
	dir := t.TempDir()
	partial := filepath.Join(dir, ".partial")
	if err := os.MkdirAll(partial, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"old": 2 * time.Hour, "new": time.Minute} {
		file := filepath.Join(partial, name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	newStore(t, dir)
	left, err := os.ReadDir(partial)
	if err != nil || len(left) != 1 || left[0].Name() != "new" {
		t.Errorf("left are %v, %v; want the new one", left, err)
	}
}

func TestLocalStoreCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := acsdest.NewLocalStore(file); err == nil {
		t.Error("a file serves as a store")
	}
}

func TestLocalStoreURLTemplate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b", "50%{key}#ü")
	store := newStore(t, dir)
	template := store.URLTemplate()
	if !strings.HasPrefix(template, "file:///") || strings.Count(template, "{key}") != 1 {
		t.Fatalf("template %s", template)
	}
	u, err := url.Parse(strings.ReplaceAll(template, "{key}", "CH1/ME1/photo.jpg"))
	if err != nil || u.Path != filepath.ToSlash(dir)+"/CH1/ME1/photo.jpg" {
		t.Errorf("%s names %s, %v; want it in %s", template, u.Path, err, dir)
	}
}

func FuzzLocalStoreKey(f *testing.F) {
	f.Add(photoKey)
	for _, key := range badKeys {
		f.Add(key)
	}
	dir := f.TempDir()
	store := newStore(f, filepath.Join(dir, "media"))
	f.Fuzz(func(t *testing.T, key string) {
		if _, _, err := store.Put(t.Context(), key, "", strings.NewReader("hello")); err != nil {
			return
		}
		if got := contentOf(t, store, key); got != "hello" {
			t.Errorf("%q holds %q", key, got)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Fatalf("%q went beside the store: %v, %v", key, entries, err)
		}
	})
}

type readFunc func()

func (f readFunc) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}

func contentOf(t testing.TB, store *acsdest.LocalStore, key string) string {
	t.Helper()
	f, err := store.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// modes lists the files under dir.
func modes(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		got[name] = info.Mode().String()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}
