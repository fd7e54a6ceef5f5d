package twiliosrc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// stallTimeout is how long a download may bring nothing before it counts as
// broken. There is no limit for the whole: a file may be of 150 MB.
const stallTimeout = time.Minute

var errStalled = fmt.Errorf("nothing came for %s", stallTimeout)

// DownloadError is a refusal by the storage behind a signed URL. It says
// nothing about the account's credentials, which are not sent there.
type DownloadError struct {
	SID    mapping.MediaSID
	Status int // of HTTP
	// ContentType is that of a page that came in place of the file, empty if
	// that did not happen.
	ContentType string
}

func (e *DownloadError) Error() string {
	text := fmt.Sprintf("download media %s: %d %s", e.SID, e.Status, http.StatusText(e.Status))
	if e.ContentType != "" {
		text += fmt.Sprintf(": a page of %.60s came instead", e.ContentType)
	}
	return text
}

// Is makes 404 the same as a file that does not exist.
func (e *DownloadError) Is(target error) bool {
	return target == fs.ErrNotExist && e.Status == http.StatusNotFound
}

// Temporary reports throttling or an outage, which outlasted the retries.
func (e *DownloadError) Temporary() bool {
	return e.Status == http.StatusTooManyRequests || e.Status >= 500
}

// Hint says what can be done about it.
func (e *DownloadError) Hint() string {
	return "compare the clock of this machine with the time, and try again later"
}

func (e *DownloadError) mayHaveExpired() bool {
	return e.ContentType != "" || e.Status >= 400 && e.Status < 500 && !retriable(e.Status)
}

// download opens the file behind a signed URL, from an offset on.
func (c *Client) download(ctx context.Context, res mediaResource, offset int64) (*download, error) {
	u, err := parseSignedURL(res.Links.Direct, isLoopback(c.mcs.target))
	if err != nil {
		return nil, fmt.Errorf("download media %s: %w", res.SID, err)
	}
	return retry(ctx, c, c.mcs, func() (*download, error) {
		d, err := c.openDownload(ctx, u, res, offset)
		if err != nil {
			return nil, err
		}
		if err := d.skip(offset); err != nil {
			return nil, errors.Join(err, d.Close())
		}
		return d, nil
	})
}

// openDownload makes one attempt, through a client that knows no credentials.
// The storage may send the whole file although only the end of it is asked for.
func (c *Client) openDownload(ctx context.Context, u *url.URL, res mediaResource, offset int64) (_ *download, err error) {
	if err := c.downloads.enter(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	d := &download{
		ctx: ctx, host: u.Host, sid: res.SID, want: res.Size,
		watch:   time.AfterFunc(stallTimeout, func() { cancel(errStalled) }),
		release: sync.OnceFunc(func() { cancel(nil); c.downloads.leave() }),
	}
	defer func() {
		if err != nil {
			_ = d.Close() // err is what matters
		}
	}()
	resp, err := c.cdn.Do(downloadRequest(ctx, u, offset)) //nolint:bodyclose // download closes it
	d.watch.Stop()
	if err != nil {
		return nil, unreachable(ctx, u.Host, err)
	}
	d.body = resp.Body
	return d, d.accept(resp, res, offset)
}

func downloadRequest(ctx context.Context, u *url.URL, offset int64) *http.Request {
	req := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{
		"User-Agent":      {userAgent},
		"Accept-Encoding": {"identity"}, // the bytes are to be those that were stored
	}}).WithContext(ctx)
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	return req
}

// accept refuses an answer that is not the file.
func (d *download) accept(resp *http.Response, res mediaResource, offset int64) error {
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusPartialContent:
		want := fmt.Sprintf("bytes %d-%d/%d", offset, res.Size-1, res.Size)
		if offset == 0 || resp.Header.Get("Content-Range") != want {
			return &DownloadError{SID: res.SID, Status: resp.StatusCode}
		}
		d.got = offset
	default:
		return &DownloadError{SID: res.SID, Status: resp.StatusCode}
	}
	if resp.ContentLength >= 0 && d.got+resp.ContentLength != res.Size {
		return &MediaSizeError{SID: res.SID, Got: d.got + resp.ContentLength, Want: res.Size}
	}
	if page := mediaType(resp.Header.Get("Content-Type")); isPage[page] && page != mediaType(res.ContentType) {
		return &DownloadError{SID: res.SID, Status: resp.StatusCode, ContentType: page}
	}
	return nil
}

// isPage are the types of what proxies and storages say in place of a file.
var isPage = map[string]bool{"text/html": true, "application/xml": true, "text/xml": true}

func mediaType(header string) string {
	media, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// download is a file on its way. It counts what comes.
type download struct {
	ctx       context.Context
	host      string
	sid       mapping.MediaSID
	got, want int64
	body      io.ReadCloser
	watch     *time.Timer // runs while something is waited for
	release   func()
}

// Read reads on. At the end it fails unless the file has the size it should have.
func (d *download) Read(p []byte) (int, error) {
	d.watch.Reset(stallTimeout)
	n, err := d.body.Read(p)
	d.watch.Stop()
	d.got += int64(n)
	size := &MediaSizeError{SID: d.sid, Got: d.got, Want: d.want}
	switch {
	case d.got > d.want, errors.Is(err, io.EOF) && d.got < d.want:
		return n, size
	case err == nil || errors.Is(err, io.EOF):
		return n, err
	}
	// One download that breaks off does not mean that the host is out of reach.
	var broken *UnreachableError
	if err = unreachable(d.ctx, d.host, err); errors.As(err, &broken) {
		if d.got == d.want {
			return n, io.EOF // only the end of the transfer is missing
		}
		size.Err = broken.Err
		return n, size
	}
	return n, err
}

// skip reads up to an offset, unless d begins there.
func (d *download) skip(offset int64) error {
	_, err := io.CopyN(io.Discard, d, offset-d.got)
	return err
}

// Close ends the download, wherever it is.
func (d *download) Close() error {
	d.watch.Stop()
	d.release()
	if d.body == nil {
		return nil
	}
	return d.body.Close()
}
