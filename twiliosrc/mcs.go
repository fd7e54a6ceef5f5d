package twiliosrc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// maxRefetch is how often a signed URL is asked for again after it was refused.
// It is good for minutes only, and Twilio's own SDK asks again on any 40x.
const maxRefetch = 2

// mediaResource is a resource of the Media Content Service.
type mediaResource struct {
	mapping.Media
	Links struct {
		// Direct is where the bytes are, signed and good for minutes. It is
		// absolute, unlike the other links.
		Direct string `json:"content_direct_temporary"`
	} `json:"links"`
}

func decodeMediaResource(text []byte) (mediaResource, error) {
	var m mediaResource
	raw, err := decode(text, &m)
	if err != nil {
		return m, err
	}
	m.Raw = raw
	return m, checkSID(prefixMedia, "sid", m.SID)
}

// OpenMedia asks the Media Content Service where the bytes of a file are and
// opens it there. A download that breaks off is gone on with. The bytes are
// counted as they are read: fewer or more than the resource says are a
// *MediaSizeError at the end. A file that is gone is
// fs.ErrNotExist to errors.Is; one that storage refuses is a *DownloadError.
func (c *Client) OpenMedia(ctx context.Context, conv mapping.Conversation, m mapping.Media) (io.ReadCloser, error) {
	err := errors.Join(
		checkSID(prefixService, "chat_service_sid", conv.ServiceSID),
		checkSID(prefixMedia, "sid", m.SID),
	)
	if err != nil {
		return nil, fmt.Errorf("open media: %w", err)
	}
	d, err := c.openFrom(ctx, conv, m, 0)
	if err != nil {
		return nil, fmt.Errorf("open media: %w", err)
	}
	return &resumed{download: d, open: func(offset int64) (*download, error) {
		return c.openFrom(ctx, conv, m, offset)
	}}, nil
}

// openFrom opens a file from an offset on, with a new URL where one is refused.
func (c *Client) openFrom(ctx context.Context, conv mapping.Conversation, m mapping.Media, offset int64) (*download, error) {
	for refetched := 0; ; refetched++ {
		res, known := c.seen.take(m.SID)
		if !known {
			var err error
			if res, err = c.fetchMedia(ctx, conv, m); err != nil {
				return nil, err
			}
		}
		d, err := c.download(ctx, res, offset)
		var refused *DownloadError
		if errors.As(err, &refused) && refused.mayHaveExpired() && refetched < maxRefetch {
			c.log.WarnContext(ctx, "fetching media url again", "error", err)
			continue
		}
		if err == nil && offset == 0 {
			c.seen.put(res) // for the case that the download breaks off
		}
		return d, err
	}
}

// FetchMedia is what the Media Content Service says of a file, without the
// signed part of its temporary URL. The file can then be opened without asking
// again. If there is nothing the error is fs.ErrNotExist to errors.Is.
func (c *Client) FetchMedia(ctx context.Context, conv mapping.Conversation, m mapping.Media) (json.RawMessage, error) {
	err := errors.Join(
		checkSID(prefixService, "chat_service_sid", conv.ServiceSID),
		checkSID(prefixMedia, "sid", m.SID),
	)
	if err != nil {
		return nil, fmt.Errorf("fetch media: %w", err)
	}
	res, known := c.seen.take(m.SID)
	if !known {
		if res, err = c.fetchMedia(ctx, conv, m); err != nil {
			return nil, fmt.Errorf("fetch media: %w", err)
		}
	}
	c.seen.put(res)
	return unsigned(res, c.region)
}

// storageURL is where the files of a region are.
const storageURL = "https://media.%s.twilio.com"

// unsigned is the text of a resource without what would open the file to
// whoever reads it. A URL to this machine becomes the one that it stands in for.
func unsigned(res mediaResource, region string) (json.RawMessage, error) {
	direct := field(field(res.Raw, "links"), "content_direct_temporary")
	target, signature, _ := strings.Cut(res.Links.Direct, "?")
	if u, err := url.Parse(target); err == nil && isLoopback(u) {
		target = fmt.Sprintf(storageURL, region) + u.EscapedPath()
	}
	quoted, err := json.Marshal(target)
	if err != nil {
		return nil, err
	}
	raw := res.Raw
	if len(direct) > 1 && direct[0] == '"' {
		raw = bytes.ReplaceAll(raw, direct, quoted)
	}
	if signature != "" && bytes.Contains(raw, []byte(signature)) || bytes.Contains(raw, []byte("&Signature=")) {
		return nil, fmt.Errorf("read resource of media %s: its signed URL is not where it should be", res.SID)
	}
	return raw, nil
}

// fetchMedia fetches the resource of m. It belongs to the service of the
// conversation; asked for under another one it does not exist.
func (c *Client) fetchMedia(ctx context.Context, conv mapping.Conversation, m mapping.Media) (mediaResource, error) {
	path := servicePath(conv.ServiceSID, "Media/"+string(m.SID))
	text, err := c.fetch(ctx, c.mcs, path)
	if err != nil {
		return mediaResource{}, err
	}
	res, err := decodeMediaResource(text)
	switch {
	case err != nil:
	case res.SID != m.SID:
		err = fmt.Errorf("resource is that of %s", res.SID)
	case m.Size != 0 && res.Size != m.Size:
		err = &MediaSizeError{SID: m.SID, Got: res.Size, Want: m.Size}
	}
	if err != nil {
		return res, &mapping.DamagedError{Place: path, Conversation: conv.SID, Err: err}
	}
	return res, nil
}
