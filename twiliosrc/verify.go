package twiliosrc

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
)

// Verify reads every file of which the manifest knows something and compares
// size, SHA-256 and count. Each difference is a *ManifestError; all of them are
// joined.
func (s *Snapshot) Verify(ctx context.Context) error {
	return s.verify(ctx, func(string) bool { return true })
}

// VerifyListings is Verify without the bytes of media, which may be many times
// as large: a file cut off at the end of a line is found, before its resources
// are taken for all there are.
func (s *Snapshot) VerifyListings(ctx context.Context) error {
	return s.verify(ctx, func(name string) bool { return !strings.HasPrefix(name, mediaDir+"/") })
}

func (s *Snapshot) verify(ctx context.Context, concerns func(name string) bool) error {
	var errs []error
	for name := range s.manifest.files() {
		if !concerns(name) {
			continue
		}
		err := s.verifyFile(ctx, name)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			errs = append(errs, &ManifestError{File: name, Err: err})
		}
	}
	return errors.Join(errs...)
}

func (s *Snapshot) verifyFile(ctx context.Context, name string) error {
	f, err := openRegular(s.root, name)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	var lines lineCounter
	n, err := io.CopyBuffer(io.MultiWriter(hash, &lines), contextReader{ctx, f}, make([]byte, scanSize))
	if err != nil {
		return err
	}
	return errors.Join(
		s.manifest.checkSize(name, n),
		s.manifest.checkHash(name, hex.EncodeToString(hash.Sum(nil))),
		s.manifest.checkCount(name, lines.count()),
	)
}

// lineCounter counts the lines written to it that are not blank.
type lineCounter struct {
	full  int64 // ended by a newline
	begun bool  // the line in progress is not blank
}

func (c *lineCounter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		text, after, ended := bytes.Cut(rest, []byte("\n"))
		c.begun = c.begun || len(bytes.TrimSpace(text)) > 0
		if ended && c.begun {
			c.full++
			c.begun = false
		}
		rest = after
	}
	return len(p), nil
}

func (c *lineCounter) count() int64 {
	if c.begun {
		return c.full + 1
	}
	return c.full
}

// newlineCounter counts the newlines written to it.
type newlineCounter struct{ count int64 }

func (c *newlineCounter) Write(p []byte) (int, error) {
	c.count += int64(bytes.Count(p, []byte("\n")))
	return len(p), nil
}

// contextReader ends a long read when its context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.r.Read(p)
}
