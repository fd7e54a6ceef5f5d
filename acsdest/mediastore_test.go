package acsdest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// deletingStore is a store as a rollback sees it.
type deletingStore interface {
	migrate.MediaStore
	migrate.MediaRemover
}

var (
	_ deletingStore = (*acsdest.BlobStore)(nil)
	_ deletingStore = (*acsdest.LocalStore)(nil)
)

// smallBlock is the size of the blocks of a store that is to have many of them.
const smallBlock = 8 << 10

// Whatever keeps the files, it keeps these promises.
func TestMediaStores(t *testing.T) {
	for _, store := range []struct {
		name string
		open func(testing.TB) deletingStore
	}{
		{"local", func(t testing.TB) deletingStore { return newStore(t, t.TempDir()) }},
		{"blob", func(t testing.TB) deletingStore { return azuriteFor(t).store(t, nil) }},
		{"blob in small blocks", func(t testing.TB) deletingStore {
			server := azuriteFor(t)
			opts := server.options()
			opts.BlockSize = smallBlock
			return server.store(t, opts)
		}},
		{"blob with Entra", func(t testing.TB) deletingStore {
			server := azuriteFor(t)
			store, err := acsdest.NewBlobStoreWithCredential(newContainerURL(), &storageToken{}, server.options())
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Ensure(t.Context()); err != nil {
				t.Fatal(err)
			}
			return store
		}},
	} {
		t.Run(store.name, func(t *testing.T) {
			s := store.open(t)
			for _, tt := range []struct {
				name string
				test func(*testing.T, deletingStore)
			}{
				{"gives back what was put", storesContent},
				{"takes every name", storesNames},
				{"replaces", replaces},
				{"keeps the old file when put fails", keepsTheOld},
				{"shows nothing of what was interrupted", showsNothingHalf},
				{"is used concurrently", storesConcurrently},
				{"opens nothing else", opensNothingElse},
				{"refuses keys", refusesKeys},
				{"deletes", deletes},
				{"lists", lists},
			} {
				t.Run(tt.name, func(t *testing.T) { tt.test(t, s) })
			}
		})
	}
}

func storesContent(t *testing.T, store deletingStore) {
	for _, tt := range []struct {
		name string
		size int
		read func(io.Reader) io.Reader
	}{
		{"empty", 0, nil},
		{"one byte", 1, nil},
		{"a block", smallBlock, nil},
		{"a block and a byte", smallBlock + 1, nil},
		{"64 KiB", 64 << 10, nil},
		{"64 KiB and a byte", 64<<10 + 1, nil},
		{"in drops", 5000, iotest.OneByteReader},
		{"in halves", 100_000, iotest.HalfReader},
		{"its end with the last bytes", 100_000, iotest.DataErrReader},
	} {
		t.Run(tt.name, func(t *testing.T) {
			content := randomBytes(tt.size)
			r := io.Reader(bytes.NewReader(content))
			if tt.read != nil {
				r = tt.read(r)
			}
			put(t, store, photoKey, r, content)
		})
	}
}

func storesNames(t *testing.T, store deletingStore) {
	for i, name := range []string{
		"photo.jpg", "a b.txt", "100%.txt", "%41.txt", "a+b&c=d.txt", "#1?.txt", "{key}", "Füße 写真 😀.png", "e\u0301.txt",
		"'quoted' (1);x,y.txt", "~$.docx", "sidecar.json",
	} {
		key := fmt.Sprintf("CH1/ME%d/%s", i, name)
		content := []byte(key)
		put(t, store, key, bytes.NewReader(content), content)
	}
}

func replaces(t *testing.T, store deletingStore) {
	for _, size := range []int{10, 70_000, 20, 80_000, 80_000, 0} {
		content := randomBytes(size)
		put(t, store, "CH2/ME1/file", bytes.NewReader(content), content)
	}
}

var errBrokeOff = errors.New("the source broke off")

func keepsTheOld(t *testing.T, store deletingStore) {
	const key = "CH3/ME1/file"
	old := []byte("the old file")
	put(t, store, key, bytes.NewReader(old), old)
	for name, broken := range brokenSources(t) {
		if _, _, err := store.Put(broken.ctx, key, "", broken.source); !errors.Is(err, broken.err) {
			t.Errorf("%s: got %v; want %v", name, err, broken.err)
		}
		if got := read(t, store, key); !bytes.Equal(got, old) {
			t.Errorf("%s: the file has %d bytes of something", name, len(got))
		}
	}
}

func showsNothingHalf(t *testing.T, store deletingStore) {
	const key = "CH4/ME1/file"
	for name, broken := range brokenSources(t) {
		if _, _, err := store.Put(broken.ctx, key, "", broken.source); !errors.Is(err, broken.err) {
			t.Errorf("%s: got %v; want %v", name, err, broken.err)
		}
		if _, err := store.Open(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: then Open: %v; want fs.ErrNotExist", name, err)
		}
	}
}

type brokenSource struct {
	ctx    context.Context
	source io.Reader
	err    error
}

// brokenSources end too early, each in its own way. That a source broke off with
// io.ErrUnexpectedEOF, as an HTTP answer does, is not its end.
func brokenSources(t *testing.T) map[string]brokenSource {
	part := func() io.Reader { return bytes.NewReader(randomBytes(70_000)) }
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return map[string]brokenSource{
		"an error":           {t.Context(), io.MultiReader(part(), iotest.ErrReader(errBrokeOff)), errBrokeOff},
		"an error at once":   {t.Context(), iotest.ErrReader(errBrokeOff), errBrokeOff},
		"a broken answer":    {t.Context(), io.MultiReader(part(), iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF},
		"broken early":       {t.Context(), io.MultiReader(strings.NewReader("a"), iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF},
		"cancelled meantime": {ctx, io.MultiReader(part(), readFunc(cancel), part()), context.Canceled},
	}
}

func storesConcurrently(t *testing.T, store deletingStore) {
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			content := bytes.Repeat([]byte{byte(i)}, 1000*i+60_000)
			put(t, store, fmt.Sprintf("CH5/ME%d/file", i), bytes.NewReader(content), content)
		})
	}
	wg.Wait()
}

func opensNothingElse(t *testing.T, store deletingStore) {
	put(t, store, "CH6/ME1/file", strings.NewReader("x"), []byte("x"))
	for _, key := range []string{"CH6/ME1/absent", "CH6/ME1", "CH6"} {
		if _, err := store.Open(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open(%q): %v; want fs.ErrNotExist", key, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Open(cancelled, "CH6/ME1/file"); !errors.Is(err, context.Canceled) {
		t.Errorf("Open after the end: %v", err)
	}
}

func refusesKeys(t *testing.T, store deletingStore) {
	for _, key := range badKeys {
		_, _, err := store.Put(t.Context(), key, "", strings.NewReader("x"))
		var e *acsdest.KeyError
		if !errors.As(err, &e) {
			t.Errorf("Put(%q): %v; want a KeyError", key, err)
		}
		if _, err := store.Open(t.Context(), key); !errors.As(err, &e) {
			t.Errorf("Open(%q): %v; want a KeyError", key, err)
		}
		if err := store.Delete(t.Context(), key); !errors.As(err, &e) {
			t.Errorf("Delete(%q): %v; want a KeyError", key, err)
		}
		if _, err := listed(store, key); !errors.As(err, &e) {
			t.Errorf("List(%q): %v; want a KeyError", key, err)
		}
	}
}

func deletes(t *testing.T, store deletingStore) {
	const gone, stays = "CH7/ME1/a b.txt", "CH7/ME2/file"
	for _, key := range []string{gone, stays} {
		put(t, store, key, strings.NewReader("x"), []byte("x"))
	}
	for range 2 { // the second time there is nothing left to delete
		if err := store.Delete(t.Context(), gone); err != nil {
			t.Errorf("Delete: %v", err)
		}
		if _, err := store.Open(t.Context(), gone); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open after Delete: %v; want fs.ErrNotExist", err)
		}
	}
	for _, folder := range []string{"CH7/ME2", "CH7"} { // no file
		if err := store.Delete(t.Context(), folder); err != nil {
			t.Errorf("Delete(%q): %v", folder, err)
		}
	}
	read(t, store, stays)
	put(t, store, gone, strings.NewReader("y"), []byte("y"))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := store.Delete(cancelled, stays); !errors.Is(err, context.Canceled) {
		t.Errorf("Delete after the end: %v", err)
	}
}

func lists(t *testing.T, store deletingStore) {
	var want []string
	for i := range 300 {
		key := fmt.Sprintf("CH8/sidecar/%03d #%%.jsonl", i)
		put(t, store, key, strings.NewReader("x"), []byte("x"))
		want = append(want, key)
	}
	put(t, store, "CH8/sidecar/deeper/file", strings.NewReader("x"), []byte("x"))
	put(t, store, "CH8/sidecar2/file", strings.NewReader("x"), []byte("x"))
	got, err := listed(store, "CH8/sidecar")
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("List: %d keys, %v; want %d", len(got), err, len(want))
	}
	put(t, store, "CH9/sidecar/only", strings.NewReader("x"), []byte("x"))
	for _, folder := range []string{"CH8/sidecar", "CH9/sidecar"} {
		for key, err := range store.List(t.Context(), folder) {
			if err == nil {
				err = store.Delete(t.Context(), key)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, folder := range []string{"CH8/sidecar", "CH9/sidecar", "CH8/nothing"} {
		if got, err := listed(store, folder); err != nil || len(got) > 0 {
			t.Errorf("List(%s): %q, %v; want nothing", folder, got, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range store.List(cancelled, "CH8/sidecar2") {
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("List after the end: %v", err)
		}
	}
}

// listed are the keys in a folder.
func listed(store migrate.MediaRemover, folder string) (keys []string, err error) {
	for key, err := range store.List(context.Background(), folder) {
		if err != nil {
			return keys, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// put stores what r gives and expects to find content.
func put(t *testing.T, store migrate.MediaStore, key string, r io.Reader, content []byte) {
	t.Helper()
	size, sum, err := store.Put(t.Context(), key, "application/pdf", r)
	if err != nil || size != int64(len(content)) || sum != sumOf(content) {
		t.Errorf("Put(%q) of %d bytes = %d, %s, %v; want the sum %s", key, len(content), size, sum, err, sumOf(content))
		return
	}
	if got := read(t, store, key); !bytes.Equal(got, content) {
		t.Errorf("%q has %d bytes that are not what was put; want %d", key, len(got), len(content))
	}
}

func read(t *testing.T, store migrate.MediaStore, key string) []byte {
	t.Helper()
	f, err := store.Open(t.Context(), key)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		t.Error(err)
	}
	return content
}

func sumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// randomBytes are the same for the same n.
func randomBytes(n int) []byte {
	content := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}).Read(content)
	return content
}
