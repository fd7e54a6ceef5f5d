package twiliosrc

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// mediaIndex finds the line that says what a file is.
type mediaIndex struct {
	file  *file
	lines map[sidKey]span
}

// span is the offset and the length of a line.
type span struct{ start, length int64 }

// MediaResource is what the Media Content Service says of a file: as recorded,
// without a signed URL, or, where media.jsonl is left out, made from what the
// message says. If there is nothing the error is fs.ErrNotExist to errors.Is.
func (s *Snapshot) MediaResource(ctx context.Context, sid mapping.MediaSID) (json.RawMessage, error) {
	ix, err := s.media()
	if err != nil {
		return nil, err
	}
	key, ok := newSIDKey(prefixMedia, string(sid))
	at, found := ix.lines[key]
	if !ok || !found {
		return nil, fmt.Errorf("find media %.40q: %w", string(sid), fs.ErrNotExist)
	}
	p := part{ix.file, stretch{start: at.start, end: at.start + at.length, line: 1}}
	for ln, err := range p.lines(ctx) {
		if err != nil {
			return nil, err
		}
		raw, err := compact(ln.text)
		if err == nil && ix.file != s.files[KindMedia] {
			raw, err = s.mediaOfMessage(raw, sid)
		}
		if err != nil {
			return nil, fmt.Errorf("read resource of media %s: %w", sid, err)
		}
		return raw, nil
	}
	return nil, fmt.Errorf("find media %s: %w", sid, fs.ErrNotExist)
}

// FetchMedia is what was recorded of a file. If nothing was, the error is
// fs.ErrNotExist to errors.Is.
func (s *Snapshot) FetchMedia(ctx context.Context, _ mapping.Conversation, m mapping.Media) (json.RawMessage, error) {
	if s.files[KindMedia] == nil {
		return nil, fmt.Errorf("find media %.40q: %w", string(m.SID), fs.ErrNotExist)
	}
	return s.MediaResource(ctx, m.SID)
}

// buildMediaIndex passes over media.jsonl or, without it, over the messages.
func (s *Snapshot) buildMediaIndex() (*mediaIndex, error) {
	ix := &mediaIndex{file: s.files[KindMedia], lines: map[sidKey]span{}}
	sids := func(text []byte) []mapping.Media {
		return []mapping.Media{{SID: mapping.MediaSID(stringField(text, "sid"))}}
	}
	if ix.file == nil {
		ix.file, sids = s.files[KindMessages], messageMedia
	}
	err := scanFile(context.Background(), ix.file, func(l line) {
		for _, m := range sids(l.text) {
			if key, ok := newSIDKey(prefixMedia, string(m.SID)); ok {
				ix.lines[key] = span{l.start, l.end - l.start}
			}
		}
	})
	return ix, err
}

// messageMedia are the files of a message. Most messages have none.
func messageMedia(text []byte) []mapping.Media {
	var media []mapping.Media
	if v := field(text, "media"); len(v) > len("null") && json.Unmarshal(v, &media) != nil {
		return nil
	}
	return media
}

// mediaOfMessage makes a resource as the Media Content Service has it.
func (s *Snapshot) mediaOfMessage(text []byte, sid mapping.MediaSID) (json.RawMessage, error) {
	m, err := decodeMessage(text)
	if err != nil {
		return nil, err
	}
	e, err := s.entry(m.ConversationSID)
	if err != nil {
		return nil, err
	}
	for _, media := range m.Media {
		if media.SID != sid {
			continue
		}
		path := servicePath(e.service, "Media/"+string(sid))
		r := inferredMedia{
			SID: sid, Service: e.service, DateCreated: m.DateCreated, DateUpdated: m.DateCreated,
			Size: media.Size, ContentType: media.ContentType, Category: media.Category, Author: m.Author,
			Message: m.SID, Conversation: m.ConversationSID, URL: path,
		}
		if media.Filename != "" {
			r.Filename = &media.Filename
		}
		r.Links.Content = path + "/Content"
		return json.Marshal(r)
	}
	return nil, fmt.Errorf("find media %s: %w", sid, fs.ErrNotExist)
}

// inferredMedia is the resource of a file of which only the message is known.
// Older resources have no category.
type inferredMedia struct {
	SID         mapping.MediaSID   `json:"sid"`
	Service     mapping.ServiceSID `json:"service_sid"`
	DateCreated mapping.Timestamp  `json:"date_created"`
	DateUpdated mapping.Timestamp  `json:"date_updated"`
	Links       struct {
		Content string `json:"content"`
	} `json:"links"`
	Size         int64                   `json:"size"`
	ContentType  string                  `json:"content_type"`
	Filename     *string                 `json:"filename"`
	Author       string                  `json:"author"`
	Category     string                  `json:"category,omitempty"`
	Message      mapping.MessageSID      `json:"message_sid"`
	Conversation mapping.ConversationSID `json:"channel_sid"`
	URL          string                  `json:"url"`
}
