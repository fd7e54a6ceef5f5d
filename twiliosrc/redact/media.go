package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"strings"
)

// Media writes to dst what stands for the file in src, and returns its size,
// which is that of the file. Text is text with other words; a PNG, JPEG or GIF
// is one of a single colour with the same dimensions; a PDF is an empty page;
// anything else is nothing but its size. Equal files stay equal and different
// ones different, if there is room for it.
//
// The content type decides what a file is taken for, as it does in mapping. It
// is that of the original resource.
func (r *Redactor) Media(dst io.Writer, src io.Reader, contentType string) (int64, error) {
	out := sink{dst: dst, hash: sha256.New()}
	if err := r.file(&out, src, contentType); err != nil {
		return out.size, fmt.Errorf("redact media: %w", err)
	}
	r.memory.add(r.fileMark(out.hash))
	return out.size, nil
}

func (r *Redactor) file(out *sink, src io.Reader, contentType string) error {
	essence, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch essence = strings.TrimSpace(essence); {
	case isMarkup(essence):
		return r.rewriter(forget).markup(out, src)
	case isJSONType(essence):
		return r.rewriter(forget).jsonFile(out, src)
	case strings.HasPrefix(essence, "text/"):
		return r.rewriter(forget).textFile(out, src)
	}
	in := source{src: src, hash: hmac.New(sha256.New, r.keys.media)}
	switch {
	case strings.HasPrefix(essence, "image/"):
		return picture(out, &in)
	case essence == "application/pdf":
		return document(out, &in)
	}
	return blank(out, &in)
}

// forget is for files, which are remembered whole.
func forget(*permuter, string, word) {}

func isMarkup(essence string) bool {
	return essence == "text/html" || essence == "application/xhtml+xml"
}

func isJSONType(essence string) bool {
	return essence == "application/json" || strings.HasSuffix(essence, "+json") ||
		strings.HasPrefix(essence, "application/"+richPrefix)
}

// blank is a file that is nothing but its size.
func blank(out *sink, in *source) error {
	size, digest, err := in.rest()
	if err != nil {
		return err
	}
	return out.fill(size, digest)
}

// source counts and hashes a file as it is read.
type source struct {
	src  io.Reader
	hash hash.Hash
	size int64
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.src.Read(p)
	s.hash.Write(p[:n])
	s.size += int64(n)
	return n, err
}

// rest reads on to the end, and tells the size of the whole file and a digest
// that says nothing without the key.
func (s *source) rest() (int64, []byte, error) {
	_, err := io.Copy(io.Discard, s)
	return s.size, s.hash.Sum(nil), err
}

// sink counts and hashes what is written.
type sink struct {
	dst  io.Writer
	hash hash.Hash
	size int64
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.dst.Write(p)
	s.hash.Write(p[:n])
	s.size += int64(n)
	return n, err
}

// fill writes until size bytes have been: the digest, as far as there is room,
// and zeros.
func (s *sink) fill(size int64, digest []byte) error {
	left := max(size-s.size, 0)
	_, err := io.CopyN(s, io.MultiReader(strings.NewReader(string(digest)), zeros{}), left)
	return err
}

// zeros is an endless file of them.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// fileMark is the mark of a file that has been hashed.
func (r *Redactor) fileMark(h hash.Hash) mark {
	sum := h.Sum(nil)
	data := make([]int32, 0, len(sum)/4)
	for ; len(sum) > 0; sum = sum[4:] {
		data = append(data, int32(binary.LittleEndian.Uint32(sum)))
	}
	p := permuter{keys: r.keys}
	f := p.digest(forMemory, 1, fingerprint{}, data)
	return mark(binary.LittleEndian.Uint64(f[:]))
}
