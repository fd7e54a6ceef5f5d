package acsdest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// sink takes everything and keeps nothing but how large the blocks were.
type sink struct {
	mu     sync.Mutex
	blocks map[int64]int // how many of each size
}

func (s *sink) Do(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return status(404, "", "x-ms-error-code", "BlobNotFound")(req)
	}
	n, err := io.Copy(io.Discard, req.Body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if req.URL.Query().Get("comp") == "block" {
		s.blocks[n]++
	}
	return status(201, "")(req)
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func sinkStore(t *testing.T, s policy.Transporter, opts acsdest.BlobStoreOptions) *acsdest.BlobStore {
	t.Helper()
	opts.Transport = s
	store, err := acsdest.NewBlobStore(mediaURL, storageConnection(t), &opts)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// A large file takes the memory of a block, and the next one takes the same again.
func TestBlobStoreMemory(t *testing.T) {
	const size = 100 << 20
	s := &sink{blocks: map[int64]int{}}
	store := sinkStore(t, s, acsdest.BlobStoreOptions{Uploads: 1})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 2 {
		n, _, err := store.Put(t.Context(), photoKey, "", io.LimitReader(zeros{}, size))
		if err != nil || n != size {
			t.Fatalf("put %d bytes, %v", n, err)
		}
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
		t.Errorf("%d MiB were allocated for two files of %d MiB", got>>20, size>>20)
	}
	if want := map[int64]int{4 << 20: 2 * size / (4 << 20)}; !cmp.Equal(s.blocks, want) {
		t.Errorf("sent the blocks %v; want %v", s.blocks, want)
	}
}

// Blocks grow with the file until there can be no more of them.
func TestBlobStoreBlocksGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("50,000 requests")
	}
	s := &sink{blocks: map[int64]int{}}
	store := sinkStore(t, s, acsdest.BlobStoreOptions{BlockSize: 1})
	if _, _, err := store.Put(t.Context(), photoKey, "", zeros{}); err == nil || !strings.Contains(err.Error(), "50000 blocks") {
		t.Errorf("a file without an end: %v", err)
	}
	if want := map[int64]int{1: 10_000, 2: 10_000, 4: 10_000, 8: 10_000, 16: 10_000}; !cmp.Equal(s.blocks, want) {
		t.Errorf("sent the blocks %v; want %v", s.blocks, want)
	}
}

// More large files than there is memory for wait, and small ones do not.
func TestBlobStoreWaitsForMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{blocks: map[int64]int{}}
		store := sinkStore(t, s, acsdest.BlobStoreOptions{Uploads: 1})
		source, more := io.Pipe()
		large := func(ctx context.Context, r io.Reader) chan error {
			done := make(chan error, 1)
			go func() {
				_, _, err := store.Put(ctx, photoKey, "", r)
				done <- err
			}()
			return done
		}
		first := large(t.Context(), io.MultiReader(io.LimitReader(zeros{}, 100_000), source))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		impatient := large(ctx, io.LimitReader(zeros{}, 100_000))
		second := large(t.Context(), io.LimitReader(zeros{}, 100_000))
		synctest.Wait()
		if _, _, err := store.Put(t.Context(), photoKey, "", strings.NewReader("small")); err != nil {
			t.Errorf("a small file: %v", err)
		}
		if err := <-impatient; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who did not wait got %v", err)
		}
		select {
		case err := <-second:
			t.Errorf("the second did not wait: %v", err)
		default:
		}
		more.CloseWithError(errBrokeOff)
		if err := errors.Join(<-first); !errors.Is(err, errBrokeOff) {
			t.Errorf("the first: %v", err)
		}
		if err := <-second; err != nil {
			t.Errorf("the second: %v", err)
		}
	})
}

// An attempt that nobody answers ends and is repeated.
func TestBlobStoreAttemptTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(hangs, status(201, ""))
		store := sinkStore(t, s, acsdest.BlobStoreOptions{})
		start := time.Now()
		if _, _, err := store.Put(t.Context(), photoKey, "", strings.NewReader("x")); err != nil || s.count() != 2 {
			t.Errorf("after %d attempts: %v", s.count(), err)
		}
		if took := time.Since(start); took < 5*time.Minute || took > 6*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// Reading takes as long as its reader likes.
func TestBlobStoreReadsSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := sinkStore(t, play(func(req *http.Request) (*http.Response, error) {
			resp, err := status(200, "")(req)
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("hel"), waits(req.Context()), strings.NewReader("lo")))
			return resp, err
		}), acsdest.BlobStoreOptions{})
		if got := read(t, store, photoKey); string(got) != "hello" {
			t.Errorf("read %q", got)
		}
	})
}

// waits is a pause of an hour, or less if ctx ends.
func waits(ctx context.Context) io.Reader {
	return readFunc(func() {
		select {
		case <-time.After(time.Hour):
		case <-ctx.Done():
		}
	})
}
