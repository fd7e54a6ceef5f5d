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
}

func (e *DownloadError) Error() string {
	return fmt.Sprintf("download media %s: %d %s", e.SID, e.Status, http.StatusText(e.Status))
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
	return e.Status >= 400 && e.Status < 500 && !retriable(e.Status)
}

// download opens the file behind a signed URL.
func (c *Client) download(ctx context.Context, res mediaResource) (io.ReadCloser, error) {
	u, err := parseSignedURL(res.Links.Direct, isLoopback(c.mcs.target))
	if err != nil {
		return nil, fmt.Errorf("download media %s: %w", res.SID, err)
	}
	return retry(ctx, c, c.mcs, func() (io.ReadCloser, error) { return c.openDownload(ctx, u, res) })
}

// openDownload makes one attempt, through a client that knows no credentials.
func (c *Client) openDownload(ctx context.Context, u *url.URL, res mediaResource) (_ io.ReadCloser, err error) {
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
	req := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{
		"User-Agent":      {userAgent},
		"Accept-Encoding": {"identity"}, // the bytes are to be those that were stored
	}}).WithContext(ctx)
	resp, err := c.cdn.Do(req) //nolint:bodyclose // download closes it
	d.watch.Stop()
	if err != nil {
		return nil, unreachable(ctx, u.Host, err)
	}
	d.body = resp.Body
	switch {
	case resp.StatusCode != http.StatusOK:
		return nil, &DownloadError{SID: res.SID, Status: resp.StatusCode}
	case resp.ContentLength >= 0 && resp.ContentLength != res.Size:
		return nil, &MediaSizeError{SID: res.SID, Got: resp.ContentLength, Want: res.Size}
	}
	return d, nil
}

// parseSignedURL takes a signed URL apart so that it is requested byte for byte
// as it was given: its signature holds for nothing else. The errors do not show
// it. Plain http is for loopback hosts, and only if asked for.
func parseSignedURL(raw string, loopback bool) (*url.URL, error) {
	for _, b := range []byte(raw) {
		if b <= ' ' || b >= 0x7f {
			return nil, errors.New("its URL holds a character that must be escaped")
		}
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "":
		return nil, errors.New("its URL is none")
	case u.User != nil:
		return nil, errors.New("its URL holds credentials")
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback && isLoopback(u)):
		return nil, errors.New("its URL is not https")
	}
	_, path, _ := strings.Cut(raw, "://")
	path = path[len(u.Host):]
	path, _, _ = strings.Cut(path, "#")
	path, query, _ := strings.Cut(path, "?")
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return nil, errors.New("its URL has no path")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Opaque: path, RawQuery: query}, nil
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
		size.Err = broken.Err
		return n, size
	}
	return n, err
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
