package twiliosrc

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// categorize completes files whose category only the Media Content Service knows: a
// message over REST does not tell the text of an e-mail from a file that came with
// it. It ends at the first file of which src cannot tell.
//
// Only what is content takes its category over; an attachment is what a file
// without category is anyway.
func categorize(ctx context.Context, src messageDetails, c mapping.Conversation, files []mapping.Media) error {
	for i := range files {
		if !mayBeContent(files[i]) {
			continue
		}
		category, err := src.category(ctx, c, files[i])
		if category == mapping.CategoryBody || category == mapping.CategoryHistory {
			files[i].Category = category
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mayBeContent reports whether the category of a file must be asked for. What
// is to be looked at or listened to is an attachment, whatever it is called.
func mayBeContent(m mapping.Media) bool {
	sort, _, _ := strings.Cut(strings.ToLower(m.ContentType), "/")
	switch {
	case m.Category != "", !validSID(prefixMedia, string(m.SID)):
		return false
	}
	return sort != "image" && sort != "audio" && sort != "video"
}

// category is that of the recorded resource. One that is missing or damaged has
// none, as it has none to whoever opens the file.
func (s *Snapshot) category(ctx context.Context, _ mapping.Conversation, m mapping.Media) (string, error) {
	if s.files[KindMedia] == nil {
		return "", nil
	}
	if _, err := s.media(); err != nil {
		return "", err
	}
	text, err := s.MediaResource(ctx, m.SID)
	if err != nil {
		return "", context.Cause(ctx)
	}
	res, err := decodeMediaResource(text)
	if err != nil {
		return "", nil //nolint:nilerr // what cannot be read says nothing of the category; whoever reads the file is told
	}
	return res.Category, nil
}

// category asks the Media Content Service. What it answers is kept for
// OpenMedia, so that it is not asked twice.
func (c *Client) category(ctx context.Context, conv mapping.Conversation, m mapping.Media) (string, error) {
	res, err := c.fetchMedia(ctx, conv, m)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.As(err, new(*mapping.DamagedError)):
		return res.Category, nil
	case err != nil:
		return "", err
	}
	c.seen.put(res)
	return res.Category, nil
}
