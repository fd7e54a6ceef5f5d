package twiliosrc

import (
	"context"
	"fmt"
	"io"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// mediaDir holds the files of a snapshot, each named by its SID.
const mediaDir = "media"

// MediaSizeError says that a file is not as long as its resource says: it is
// cut short, or not the file at all.
type MediaSizeError struct {
	SID       mapping.MediaSID
	Got, Want int64 // bytes
	Err       error // what broke the download off; nil otherwise
}

func (e *MediaSizeError) Error() string {
	text := fmt.Sprintf("media %s has %d bytes, not %d", e.SID, e.Got, e.Want)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap makes a file that is cut short io.ErrUnexpectedEOF to errors.Is.
func (e *MediaSizeError) Unwrap() error {
	if e.Got < e.Want {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// OpenMedia opens a recorded file, as an *os.File. Without it the error is fs.ErrNotExist to
// errors.Is; a file of another size than the message says is damaged.
func (s *Snapshot) OpenMedia(_ context.Context, c mapping.Conversation, m mapping.Media) (io.ReadCloser, error) {
	if err := checkSID(prefixMedia, "sid", m.SID); err != nil {
		return nil, fmt.Errorf("open media: %w", err)
	}
	name := mediaDir + "/" + string(m.SID)
	f, err := openRegular(s.root, name)
	if err != nil {
		return nil, fmt.Errorf("open media: %w", err)
	}
	info, err := f.Stat()
	if err == nil && m.Size != 0 && info.Size() != m.Size {
		err = &mapping.DamagedError{
			Place:        name,
			Conversation: c.SID,
			Err:          &MediaSizeError{SID: m.SID, Got: info.Size(), Want: m.Size},
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open media: %w", err)
	}
	return f, nil
}
