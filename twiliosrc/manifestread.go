package twiliosrc

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxManifestValue bounds one value of a manifest, in bytes: a name, a hash, the
// counts.
const maxManifestValue = 1 << 20

var (
	errLongValue = fmt.Errorf("a value is longer than %d KB", maxManifestValue>>10)
	errNoObject  = errors.New("it is no JSON object")
)

// mediaVisitor is told what a manifest says of media, a file at a time. A nil
// function is told nothing.
type mediaVisitor struct {
	size func(name string, size int64) error
	hash func(name, sum string) error
}

// readManifest reads snapshot.json without holding it: it may name more media
// than memory has room for.
func readManifest(r io.Reader, media mediaVisitor) (Manifest, error) {
	m := Manifest{Sizes: map[string]int64{}, SHA256: map[string]string{}}
	d := newManifestDecoder(r)
	fields := map[string]any{
		"format": &m.Format, "version": &m.Version, "accountSid": &m.AccountSID, "region": &m.Region,
		"defaultServiceSid": &m.DefaultServiceSID, "recordedAt": &m.RecordedAt, "redacted": &m.Redacted, "counts": &m.Counts,
	}
	err := d.object(func(name string) error {
		switch name {
		case "sizes":
			return readFiles(d, m.Sizes, media.size)
		case "sha256":
			return readFiles(d, m.SHA256, media.hash)
		}
		if field, known := fields[name]; known {
			return d.Decode(field)
		}
		return d.Decode(new(json.RawMessage))
	})
	if err == nil {
		err = d.end()
	}
	if err != nil {
		return m, err
	}
	return m, m.check()
}

// readFiles reads an object with a value for each of many files: those of
// listings into known, those of media go to visit.
func readFiles[V any](d *manifestDecoder, known map[string]V, visit func(string, V) error) error {
	return d.object(func(name string) error {
		var v V
		err := d.Decode(&v)
		switch {
		case err != nil:
			return err
		case isMedia(name) && visit != nil:
			return visit(name, v)
		case isMedia(name):
			return nil
		case !isListing(name):
			return fmt.Errorf("%.80q is no file of a snapshot", name)
		}
		known[name] = v
		return nil
	})
}

// manifestDecoder is a json.Decoder that reads objects member by member.
type manifestDecoder struct{ *json.Decoder }

func newManifestDecoder(r io.Reader) *manifestDecoder {
	text := bufio.NewReader(r)
	if mark, err := text.Peek(len(byteOrderMark)); err == nil && string(mark) == string(byteOrderMark) {
		_, _ = text.Discard(len(mark)) // it is in the buffer
	}
	bounded := &boundedValues{from: text}
	d := &manifestDecoder{json.NewDecoder(bounded)}
	bounded.taken = d.InputOffset
	return d
}

// object calls visit with the name of each member of the object that comes next;
// visit must read the value. Null counts as an object without members.
func (d *manifestDecoder) object(visit func(name string) error) error {
	switch begin, err := d.Token(); {
	case err != nil:
		return err
	case begin == nil:
		return nil
	case begin != json.Delim('{'):
		return errNoObject
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // nothing else is where a name must be
		if err := visit(name); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// end refuses anything behind the manifest.
func (d *manifestDecoder) end() error {
	switch _, err := d.Token(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return errors.New("there is something behind it")
}

// boundedValues refuses to read on where more than one value may hold would have
// to be held.
type boundedValues struct {
	from  io.Reader
	read  int64
	taken func() int64 // how much of that has been decoded
}

func (b *boundedValues) Read(p []byte) (int, error) {
	if b.read-b.taken() > maxManifestValue {
		return 0, errLongValue
	}
	n, err := b.from.Read(p)
	b.read += int64(n)
	return n, err
}
