package twiliosrc

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
)

// maxDifferences is how many differences of media are looked for.
const maxDifferences = 1000

var errManyDifferences = errors.New("too many differences")

// Verify reads every file of which the manifest knows something and compares
// size, SHA-256 and count. Each difference is a *ManifestError; all of them are
// joined, of media the first 1,000.
func (s *Snapshot) Verify(ctx context.Context) error {
	err := s.VerifyListings(ctx)
	if ctx.Err() != nil {
		return err
	}
	return errors.Join(err, s.verifyMedia(ctx))
}

// VerifyListings is Verify without the bytes of media, which may be many times
// as large: a file cut off at the end of a line is found, before its resources
// are taken for all there are.
func (s *Snapshot) VerifyListings(ctx context.Context) error {
	var errs []error
	for name := range s.manifest.listings() {
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

// verifyMedia reads the manifest once more, and each file of media that it names.
func (s *Snapshot) verifyMedia(ctx context.Context) error {
	f, err := openRegular(s.root, manifestFile)
	if err != nil {
		return &ManifestError{File: manifestFile, Err: err}
	}
	defer f.Close()
	var errs []error
	note := func(name string, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			return nil
		case len(errs) == maxDifferences:
			return errManyDifferences
		}
		errs = append(errs, &ManifestError{File: name, Err: err})
		return nil
	}
	_, err = readManifest(f, mediaVisitor{
		size: func(name string, want int64) error { return note(name, s.verifySize(name, want)) },
		hash: func(name, want string) error { return note(name, s.verifyHash(ctx, name, want)) },
	})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && !errors.Is(err, errManyDifferences):
		errs = append(errs, &ManifestError{File: manifestFile, Err: err})
	}
	return errors.Join(errs...)
}

func (s *Snapshot) verifySize(name string, want int64) error {
	info, err := s.root.Stat(name)
	if err != nil {
		return err
	}
	return sameSize(info.Size(), want)
}

func (s *Snapshot) verifyHash(ctx context.Context, name, want string) error {
	f, err := openRegular(s.root, name)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, contextReader{ctx, f}); err != nil {
		return err
	}
	return sameHash(hex.EncodeToString(hash.Sum(nil)), want)
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
