package acsdest_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// watched is a transport to Azurite that counts the blocks it carries, and may
// answer in its place.
type watched struct {
	*http.Client
	mu     sync.Mutex
	blocks int
	// instead, unless it is nil, answers each request: it may carry it out or not.
	instead func(*http.Request, func() (*http.Response, error)) (*http.Response, error)
}

func (w *watched) Do(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	if req.URL.Query().Get("comp") == "block" {
		w.blocks++
	}
	instead := w.instead
	w.mu.Unlock()
	if instead != nil {
		return instead(req, func() (*http.Response, error) { return w.Client.Do(req) })
	}
	return w.Client.Do(req)
}

// sent is how many blocks there were since it was last asked.
func (w *watched) sent() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.blocks
	w.blocks = 0
	return n
}

func watchedStore(t *testing.T) (*acsdest.BlobStore, *watched) {
	t.Helper()
	server := azuriteFor(t)
	w := &watched{Client: server.client}
	opts := server.options()
	opts.Transport, opts.BlockSize = w, smallBlock
	return server.store(t, opts), w
}

func TestBlobStoreTakesLargeFiles(t *testing.T) {
	server := azuriteFor(t)
	content := randomBytes(20 << 20)
	put(t, server.store(t, nil), photoKey, bytes.NewReader(content), content)
}

// What an interrupted Put has sent is not sent again.
func TestBlobStoreResumes(t *testing.T) {
	store, w := watchedStore(t)
	content := randomBytes(10*smallBlock + 1)
	for _, tt := range []struct {
		name    string
		upTo    int // bytes after which the source breaks off
		content []byte
		want    int // blocks that are sent
	}{
		{"interrupted in the fifth block", 4*smallBlock + 10, content, 4},
		{"interrupted in the third", 2*smallBlock + 10, content, 0},
		{"interrupted in the eighth", 7*smallBlock + 10, content, 3},
		{"to the end", len(content), content, 4},
		{"once more, as if its acknowledgement was lost", len(content), content, 0},
		{"another first block", len(content), append(randomBytes(smallBlock), content[smallBlock:]...), 1},
		{"the same block in another place", len(content), append(bytes.Clone(content[smallBlock:2*smallBlock]), content[smallBlock:]...), 1},
		{"the first block again, without the last", len(content) - 1, content[:len(content)-1], 1},
	} {
		r := io.Reader(bytes.NewReader(tt.content[:tt.upTo]))
		if tt.upTo < len(tt.content) {
			_, _, err := store.Put(t.Context(), photoKey, "", io.MultiReader(r, iotest.ErrReader(errBrokeOff)))
			if !errors.Is(err, errBrokeOff) {
				t.Errorf("%s: got %v", tt.name, err)
			}
			if _, err := store.Open(t.Context(), photoKey); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: then Open: %v; want fs.ErrNotExist", tt.name, err)
			}
		} else {
			put(t, store, photoKey, r, tt.content)
		}
		if got := w.sent(); got != tt.want {
			t.Errorf("%s: %d blocks were sent; want %d", tt.name, got, tt.want)
		}
	}
}

// Answers that are lost or bad for a while change nothing in the end.
func TestBlobStoreRepeats(t *testing.T) {
	for _, lost := range []bool{false, true} {
		store, w := watchedStore(t)
		failed := map[string]bool{}
		w.instead = func(req *http.Request, carryOut func() (*http.Response, error)) (*http.Response, error) {
			call := req.Method + " " + req.URL.Query().Get("comp")
			if failed[call] {
				return carryOut()
			}
			failed[call] = true
			if !lost {
				return status(503, "busy", "x-ms-error-code", "ServerBusy")(req)
			}
			resp, err := carryOut()
			if err != nil {
				return nil, err
			}
			resp.Body.Close()
			return nil, io.ErrUnexpectedEOF
		}
		content := randomBytes(3 * smallBlock)
		put(t, store, photoKey, bytes.NewReader(content), content)
		want := map[string]bool{"GET ": true, "GET blocklist": true, "PUT block": true, "PUT blocklist": true}
		if diff := cmp.Diff(want, failed); diff != "" {
			t.Errorf("what failed once (-want +got):\n%s", diff)
		}
	}
}
