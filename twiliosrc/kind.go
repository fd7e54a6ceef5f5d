package twiliosrc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Kind names one sort of recorded resource, and by it a file of a snapshot.
type Kind string

// The kinds that a snapshot may hold.
const (
	KindServices              Kind = "services"
	KindConfiguration         Kind = "configuration"
	KindRoles                 Kind = "roles"
	KindUsers                 Kind = "users"
	KindConversations         Kind = "conversations"
	KindParticipants          Kind = "participants"
	KindMessages              Kind = "messages"
	KindReceipts              Kind = "receipts"
	KindChannelMetadata       Kind = "channel_metadata"
	KindWebhooks              Kind = "webhooks"
	KindAddressConfigurations Kind = "address_configurations"
	KindMedia                 Kind = "media" // resources of the Media Content Service
)

var kinds = []Kind{
	KindServices, KindConfiguration, KindRoles, KindUsers, KindConversations, KindParticipants,
	KindMessages, KindReceipts, KindChannelMetadata, KindWebhooks, KindAddressConfigurations, KindMedia,
}

// requiredKinds are those without which a directory is no snapshot. A file that
// is missing must not be taken for an empty one.
var requiredKinds = []Kind{KindConversations, KindParticipants, KindMessages}

// file is the name of the file that holds k.
func (k Kind) file() string { return string(k) + ".jsonl" }

// file is an open file of a snapshot, or the text that stands in for one that a
// snapshot made by hand has left out.
type file struct {
	name string
	at   io.ReaderAt
	size int64
	io.Closer
}

// whole is the stretch of all of f.
func (f *file) whole() stretch { return stretch{end: f.size, line: 1} }

// place names a line of f in messages to people.
func (f *file) place(number int64) string { return fmt.Sprintf("%s:%d", f.name, number) }

func openFile(root *os.Root, name string) (*file, error) {
	f, err := openRegular(root, name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &file{name: name, at: f, size: info.Size(), Closer: f}, nil
}

// textFile is a file that exists in memory only.
func textFile(name string, text []byte) *file {
	return &file{name: name, at: bytes.NewReader(text), size: int64(len(text)), Closer: io.NopCloser(nil)}
}

// openRegular opens a file inside root. Anything but a file is refused before
// it is opened, because opening a pipe would wait for ever.
func openRegular(root *os.Root, name string) (*os.File, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	return root.Open(name)
}
