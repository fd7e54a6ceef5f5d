package acsdest_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// watched is a transport to Azurite that counts the blocks it carries, and may
// answer in its place.
type watched struct {
	*http.Client
	mu     sync.Mutex
	blocks int
	// instead, unless it returns nothing at all, answers a request that was or
	// was not carried out.
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

func TestBlobStoreKeepsWhatFilesAre(t *testing.T) {
	server := azuriteFor(t)
	opts := server.options()
	opts.BlockSize = smallBlock
	store := server.store(t, opts)
	for _, tt := range []struct{ name, contentType, wantType, wantDisposition string }{
		{"photo.jpg", "image/jpeg", "image/jpeg", ""},
		{"voice.ogg", "Audio/OGG; codecs=opus", "audio/ogg; codecs=opus", ""},
		{"film.mp4", "video/mp4", "video/mp4", ""},
		{"note.txt", `text/plain; charset="utf-8"`, "text/plain; charset=utf-8", ""},
		{"report.pdf", "application/pdf", "application/pdf", ""},
		{"page.html", "text/html; charset=utf-8", "text/html; charset=utf-8", "attachment; filename=page.html"},
		{"drawing.svg", "image/svg+xml", "image/svg+xml", "attachment; filename=drawing.svg"},
		{"data.xml", "text/xml", "text/xml", "attachment; filename=data.xml"},
		{"feed", "application/rss+xml", "application/rss+xml", "attachment; filename=feed"},
		{"x.js", "text/javascript", "text/javascript", "attachment; filename=x.js"},
		{`a "b" c.zip`, "application/zip", "application/zip", `attachment; filename="a \"b\" c.zip"`},
		{"Füße.html", "text/html", "text/html", "attachment; filename*=utf-8''F%C3%BC%C3%9Fe.html"},
		{"none", "", "application/octet-stream", "attachment; filename=none"},
		{"nonsense", "a photo", "application/octet-stream", "attachment; filename=nonsense"},
		{"injected", "image/png\r\nX-Evil: 1", "application/octet-stream", "attachment; filename=injected"},
		{"broken.png", `image/png; name="a`, "image/png", ""},
		{"foreign", "image/png; name=ü", "image/png", ""},
		{"endless", "image/png; name=" + strings.Repeat("x", 300), "application/octet-stream", "attachment; filename=endless"},
	} {
		for _, size := range []int{5, 3 * smallBlock} {
			content := randomBytes(size)
			key := "CH1/ME1/" + tt.name
			if _, _, err := store.Put(t.Context(), key, tt.contentType, bytes.NewReader(content)); err != nil {
				t.Errorf("%s: %v", tt.name, err)
				continue
			}
			p, err := server.container(t, store).NewBlobClient(key).GetProperties(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := text(p.ContentType); got != tt.wantType {
				t.Errorf("%s has the type %q; want %q", tt.name, got, tt.wantType)
			}
			if got := text(p.ContentDisposition); got != tt.wantDisposition {
				t.Errorf("%s has the disposition %q; want %q", tt.name, got, tt.wantDisposition)
			}
			if want := md5.Sum(content); !bytes.Equal(p.ContentMD5, want[:]) {
				t.Errorf("%s has the MD5 %x; want %x", tt.name, p.ContentMD5, want)
			}
			if got := text(p.Metadata["Sha256"]); got != sumOf(content) {
				t.Errorf("%s has the SHA-256 %q; want %s", tt.name, got, sumOf(content))
			}
		}
	}
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

// A reader goes on where its connection was lost, in the same file only.
func TestBlobStoreReadsOn(t *testing.T) {
	store, w := watchedStore(t)
	content := randomBytes(50_000)
	put(t, store, photoKey, bytes.NewReader(content), content)
	cuts := 0
	w.instead = func(req *http.Request, carryOut func() (*http.Response, error)) (*http.Response, error) {
		resp, err := carryOut()
		if err == nil && req.Method == http.MethodGet && cuts < 2 {
			cuts++
			resp.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(io.LimitReader(resp.Body, 20_000), iotest.ErrReader(io.ErrUnexpectedEOF)), resp.Body}
		}
		return resp, err
	}
	if got := read(t, store, photoKey); !bytes.Equal(got, content) || cuts != 2 {
		t.Errorf("read %d bytes with %d cuts; want the %d that are there", len(got), cuts, len(content))
	}

	cuts = 1
	f, err := store.Open(t.Context(), photoKey)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	other := randomBytes(50_001)
	if _, _, err := store.Put(t.Context(), photoKey, "", bytes.NewReader(other)); err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(f)
	if e := asBlobError(t, err); e.Code != "ConditionNotMet" {
		t.Errorf("reading a replaced file: %v; want ConditionNotMet", err)
	}
}

func TestBlobStoreContainer(t *testing.T) {
	server := azuriteFor(t)
	containerURL := newContainerURL()
	store, err := acsdest.NewBlobStore(containerURL, server.connection(t), server.options())
	if err != nil {
		t.Fatal(err)
	}
	_, _, putErr := store.Put(t.Context(), photoKey, "", strings.NewReader("x"))
	_, openErr := store.Open(t.Context(), photoKey)
	for name, err := range map[string]error{"Check": store.Check(t.Context()), "Put": putErr, "Open": openErr} {
		e := asBlobError(t, err)
		if e.Status != 404 || e.Code != "ContainerNotFound" || e.Hint() == "" || e.RequestID == "" || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s without a container: %v (%+v)", name, err, e)
		}
	}
	for range 2 {
		if err := errors.Join(store.Ensure(t.Context()), store.Check(t.Context())); err != nil {
			t.Error(err)
		}
	}
	if p, err := server.container(t, store).GetProperties(t.Context(), nil); err != nil || p.BlobPublicAccess != nil {
		t.Errorf("the container is public: %v, %v", p.BlobPublicAccess, err)
	}
	for _, access := range []container.PublicAccessType{container.PublicAccessTypeBlob, container.PublicAccessTypeContainer} {
		if _, err := server.container(t, store).SetAccessPolicy(t.Context(), &container.SetAccessPolicyOptions{Access: to.Ptr(access)}); err != nil {
			t.Fatal(err)
		}
		var e *acsdest.PublicContainerError
		if err := store.Ensure(t.Context()); !errors.As(err, &e) || e.Access != string(access) || e.URL != containerURL || e.Hint() == "" {
			t.Errorf("a public container: %v", err)
		}
	}
	put(t, store, photoKey, strings.NewReader("x"), []byte("x"))
}

func TestBlobStoreRefusedKey(t *testing.T) {
	server := azuriteFor(t)
	store, err := acsdest.NewBlobStore(newContainerURL(), storageConnection(t), server.options())
	if err != nil {
		t.Fatal(err)
	}
	err = store.Ensure(t.Context())
	if e := asBlobError(t, err); !e.Unauthorized() || e.Unreachable() || e.Hint() == "" {
		t.Errorf("a wrong key: %v (%+v)", err, e)
	}
}

// Azurite by its address has the account in the path.
func TestBlobStoreAtAnAddress(t *testing.T) {
	server := azuriteFor(t)
	store, err := acsdest.NewBlobStore("https://"+server.address+"/"+mediaAccount+"/by-address/", server.connection(t), server.options())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, store, photoKey, strings.NewReader("x"), []byte("x"))
}

func TestBlobStoreAsksForTokensOfStorage(t *testing.T) {
	server := azuriteFor(t)
	cred := &storageToken{}
	store, err := acsdest.NewBlobStoreWithCredential(newContainerURL(), cred, server.options())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Ensure(t.Context()); err != nil {
		t.Error(err)
	}
	if want := "https://storage.azure.com/.default"; len(cred.scopes) != 1 || cred.scopes[0] != want {
		t.Errorf("asked for %q; want %s", cred.scopes, want)
	}
}

// The URL in messages is the file's own, and private.
func TestBlobStoreURLs(t *testing.T) {
	server := azuriteFor(t)
	store := server.store(t, nil)
	const key = "CH1/ME1/a b%#?ü.txt"
	put(t, store, key, strings.NewReader("hello"), []byte("hello"))

	plain := mapping.Rules{MediaURL: store.URLTemplate()}.URL(key)
	if code, _ := server.get(t, http.MethodGet, plain); code/100 != 4 {
		t.Errorf("%s answers %d to anybody", plain, code)
	}
	signed, err := store.SignedURL(t.Context(), key, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if before, _, _ := strings.Cut(signed, "?"); before != plain {
		t.Errorf("signed is %s; want %s", before, plain)
	}
	if code, body := server.get(t, http.MethodGet, signed); code != 200 || body != "hello" {
		t.Errorf("the signed URL answers %d, %q", code, body)
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		if code, _ := server.get(t, method, signed); code/100 != 4 {
			t.Errorf("the signed URL answers %d to %s", code, method)
		}
	}
	for _, validity := range []time.Duration{0, -time.Hour, 8 * 24 * time.Hour} {
		if _, err := store.SignedURL(t.Context(), key, validity); err == nil {
			t.Errorf("signed for %s", validity)
		}
	}
	if _, err := store.SignedURL(t.Context(), "../x", time.Hour); err == nil {
		t.Error("signed for a key that is none")
	}
}

// container is the container of store, for what a BlobStore does not do.
func (s *azuriteServer) container(t testing.TB, store *acsdest.BlobStore) *container.Client {
	t.Helper()
	cred, err := container.NewSharedKeyCredential(mediaAccount, s.key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := container.NewClientWithSharedKeyCredential(store.URL(), cred,
		&container.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: s.client}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// get asks as anybody might.
func (s *azuriteServer) get(t *testing.T, method, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(content)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func asBlobError(t testing.TB, err error) *acsdest.BlobError {
	t.Helper()
	var e *acsdest.BlobError
	if !errors.As(err, &e) {
		t.Fatalf("error is %T (%v); want *acsdest.BlobError", err, err)
	}
	return e
}

// storageConnection is of the account that Azurite has, with a key of another.
func storageConnection(t testing.TB) acsdest.StorageConnection {
	t.Helper()
	conn, err := acsdest.ParseStorageConnectionString("AccountName=" + mediaAccount + ";AccountKey=" + testKey)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
