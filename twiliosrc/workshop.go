package twiliosrc

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// The parts of an unfinished recording.
const (
	workEnding   = ".unfinished"
	workFormat   = "twilio-conversations-recording/1"
	bindingFile  = "recording.json"
	piecesDir    = "pieces"
	filesDir     = "files" // of media, until it is known which belong to the snapshot
	snapshotPart = "snapshot"
	finishedFile = "finished"
	accountPiece = "account"
)

// binding says what an unfinished recording is of. It is gone on with only by
// one that would record the same.
type binding struct {
	Format   string             `json:"format"`
	Account  mapping.AccountSID `json:"account"`
	Region   string             `json:"region"`
	Redacted bool               `json:"redacted"`
	Receipts bool               `json:"receipts"`
	NoMedia  bool               `json:"noMedia"`
	Scope    string             `json:"scope"`
}

// OutputExistsError says that there is something in the place of a recording.
type OutputExistsError struct{ Dir string }

func (e *OutputExistsError) Error() string { return fmt.Sprintf("record to %s: it exists", e.Dir) }

// Hint says what can be done about it.
func (e *OutputExistsError) Hint() string {
	return "name a directory that does not exist; a snapshot is never overwritten"
}

// UnfinishedError says that there is an unfinished recording of something else.
type UnfinishedError struct {
	Dir string
	Err error
}

func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("go on with recording in %s: %v", e.Dir, e.Err)
}

func (e *UnfinishedError) Unwrap() error { return e.Err }

// Hint says what can be done about it.
func (e *UnfinishedError) Hint() string {
	return "record with the same options as before, or remove " + e.Dir
}

var errOtherRecording = errors.New("it is of another account or was made with other options")

// workshop is the directory of an unfinished recording: pieces, one for each
// conversation that is complete, and the snapshot that they will become.
type workshop struct {
	dir  string
	lock *flock.Flock
}

// openWorkshop goes on with the unfinished recording of dir, or begins one.
func openWorkshop(dir string, b binding) (*workshop, error) {
	w := &workshop{dir: filepath.Clean(dir) + workEnding}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) && !w.isFinished() {
		return nil, &OutputExistsError{dir}
	}
	var err error
	if w.lock, err = lockWorkshop(w.dir); err != nil {
		return nil, err
	}
	if err := w.prepare(b); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// close lets another process at the directory.
func (w *workshop) close() error { return w.lock.Unlock() }

// prepare makes the parts of the directory, unless they are there and of the same
// recording.
func (w *workshop) prepare(b binding) error {
	if w.isFinished() {
		return nil
	}
	for _, d := range []string{w.path(piecesDir), w.path(filesDir), w.mediaDir()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return fmt.Errorf("record: %w", err)
		}
	}
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	known, err := os.ReadFile(w.path(bindingFile))
	switch {
	case err == nil && !bytes.Equal(known, text):
		return &UnfinishedError{w.dir, errOtherRecording}
	case errors.Is(err, fs.ErrNotExist):
		err = writeFile(w.path(bindingFile), text)
	}
	if err == nil {
		err = w.takeMediaBack()
	}
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

func (w *workshop) path(name string) string { return filepath.Join(w.dir, name) }

func (w *workshop) snapshotDir() string { return w.path(snapshotPart) }

// finish says that the snapshot is complete, whatever happens from here on.
func (w *workshop) finish(tally recordTally) error {
	text, err := json.Marshal(tally)
	if err == nil {
		err = writeFile(w.path(finishedFile), text)
	}
	if err != nil {
		return fmt.Errorf("finish recording: %w", err)
	}
	return nil
}

func (w *workshop) isFinished() bool {
	_, err := os.Lstat(w.path(finishedFile))
	return err == nil
}

// publish puts the finished snapshot in its place and tidies up. It goes on
// where it was interrupted.
func (w *workshop) publish(dir string) (m Manifest, tally recordTally, err error) {
	text, err := os.ReadFile(w.path(finishedFile))
	if err == nil {
		err = json.Unmarshal(text, &tally)
	}
	if _, serr := os.Lstat(dir); err == nil && errors.Is(serr, fs.ErrNotExist) {
		err = os.Rename(w.snapshotDir(), dir)
	}
	if err != nil {
		return m, tally, fmt.Errorf("publish snapshot: %w", err)
	}
	f, err := os.Open(filepath.Join(dir, manifestFile))
	if err != nil {
		return m, tally, fmt.Errorf("publish snapshot: %w", err)
	}
	defer f.Close()
	if m, err = readManifest(f, mediaVisitor{}); err != nil {
		return m, tally, &ManifestError{File: manifestFile, Err: err}
	}
	if err := os.RemoveAll(w.dir); err != nil {
		return m, tally, fmt.Errorf("tidy up after recording: %w", err)
	}
	return m, tally, nil
}

// has reports whether there is a complete piece that begins with a conversation
// as it is now.
func (w *workshop) has(name string, conversation []byte) bool {
	f, err := os.Open(w.pieceFile(name))
	if err != nil {
		return false
	}
	defer f.Close()
	first, err := bufio.NewReader(f).ReadBytes('\n')
	return err == nil && bytes.Equal(first, pieceLine(string(KindConversations), conversation))
}

// forget removes the piece of a conversation that is gone.
func (w *workshop) forget(name string) error {
	if err := os.Remove(w.pieceFile(name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (w *workshop) pieceFile(name string) string {
	return filepath.Join(w.path(piecesDir), name+".lines")
}
