package twiliosrc

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
)

// filesPiece is the piece that names every file of media that is in the snapshot.
const filesPiece = "files"

// writeManifest writes snapshot.json: m, and what filesPiece says of media.
func (w *workshop) writeManifest(ctx context.Context, m Manifest) error {
	to, err := newPendingFile(filepath.Join(w.snapshotDir(), manifestFile))
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	defer to.discard()
	media := func(visit func(recordedFile) error) error {
		return w.readPiece(ctx, filesPiece, func(_ string, raw []byte) error {
			var f recordedFile
			if err := json.Unmarshal(raw, &f); err != nil {
				return err
			}
			return visit(f)
		})
	}
	if err := encodeManifest(to, m, media); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return to.finish()
}

// encodeManifest writes m member by member, since there may be more media than
// memory has room for. It asks for them twice.
func encodeManifest(to io.Writer, m Manifest, media func(visit func(recordedFile) error) error) error {
	head, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if _, err := to.Write(bytes.TrimSuffix(head, []byte("\n}"))); err != nil {
		return err
	}
	if err := encodeFiles(to, "sizes", m.Sizes, media, func(f recordedFile) int64 { return f.Size }); err != nil {
		return err
	}
	if err := encodeFiles(to, "sha256", m.SHA256, media, func(f recordedFile) string { return f.SHA256 }); err != nil {
		return err
	}
	_, err = io.WriteString(to, "\n}\n")
	return err
}

// encodeFiles writes a member that has a value for each file.
func encodeFiles[V any](to io.Writer, member string, listings map[string]V, media func(visit func(recordedFile) error) error, of func(recordedFile) V) error {
	if _, err := fmt.Fprintf(to, ",\n  %q: {", member); err != nil {
		return err
	}
	separator := ""
	write := func(name string, v V) error {
		value, err := json.Marshal(v)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(to, "%s\n    %q: %s", separator, name, value)
		separator = ","
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(listings)) {
		if err := write(name, listings[name]); err != nil {
			return err
		}
	}
	if err := media(func(f recordedFile) error { return write(mediaDir+"/"+string(f.SID), of(f)) }); err != nil {
		return err
	}
	_, err := io.WriteString(to, "\n  }")
	return err
}
