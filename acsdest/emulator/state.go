package emulator

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// stateFormat is the layout of the data file. A file of another format is
// refused rather than guessed at.
const stateFormat = "1"

// dataFile is the name of the data file in a server's directory.
const dataFile = "acs.db"

// The buckets of the data file, with their keys and values.
var (
	bucketMeta        = []byte("meta")        // name → format, resource, keys
	bucketIdentities  = []byte("identities")  // user → identity
	bucketCustomIDs   = []byte("customIDs")   // custom ID → user
	bucketThreadNums  = []byte("threadNums")  // thread ID → number
	bucketThreads     = []byte("threads")     // number → thread
	bucketHeads       = []byte("heads")       // number → head
	bucketActivity    = []byte("activity")    // last activity, number → present
	bucketMembers     = []byte("members")     // number, user → member
	bucketFormer      = []byte("former")      // number, user → former member
	bucketMemberships = []byte("memberships") // user, number → present
	bucketMessages    = []byte("messages")    // number, version → message
	bucketMoved       = []byte("moved")       // number, ID → version, of changed messages
	bucketReceipts    = []byte("receipts")    // number, user → receipt
	bucketRepeats     = []byte("repeats")     // user, repeatability key → first result
)

var allBuckets = [][]byte{
	bucketMeta, bucketIdentities, bucketCustomIDs, bucketThreadNums, bucketThreads, bucketHeads, bucketActivity,
	bucketMembers, bucketFormer, bucketMemberships, bucketMessages, bucketMoved, bucketReceipts, bucketRepeats,
}

// present is the value of keys that say everything themselves: an empty one
// cannot be told from none.
var present = []byte{1}

// state is the data file and what never changes in it.
type state struct {
	db        *bbolt.DB
	writes    *committer
	resource  string // GUID of the resource
	accessKey []byte // signs requests to Identity
	tokenKey  []byte // signs user access tokens
}

// LockedError says that another process, or another Server of this one, has the
// directory open.
type LockedError struct{ Dir string }

func (e *LockedError) Error() string {
	return fmt.Sprintf("open embedded ACS in %s: in use by another process", e.Dir)
}

// Hint is the remedy.
func (e *LockedError) Hint() string {
	return "wait for the other process to end, or choose another directory"
}

// FormatError says that the data file was written by another version of the
// program, or is no data file at all.
type FormatError struct {
	Path string
	Err  error // what is wrong with the file
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("open embedded ACS %s: %v", e.Path, e.Err)
}

func (e *FormatError) Unwrap() error { return e.Err }

// Hint is the remedy.
func (e *FormatError) Hint() string {
	return "use the program that wrote it, or choose another directory"
}

// openState opens the data file in dir, or creates it.
func openState(dir string) (*state, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create directory of embedded ACS: %w", err)
	}
	path := filepath.Join(dir, dataFile)
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         time.Millisecond, // one attempt: the default waits for ever
		NoFreelistSync:  true,             // rebuilt when opened; commits get shorter
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: 256 << 20, // address space only: growing the map stops all readers
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, &LockedError{Dir: dir}
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
		return nil, &FormatError{Path: path, Err: err}
	case err != nil:
		return nil, fmt.Errorf("open embedded ACS: %w", err)
	}
	st := &state{db: db}
	if err := st.prepare(path); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	st.writes = startCommitter(st)
	return st, nil
}

func (st *state) close() error {
	st.writes.stop()
	return st.db.Close()
}

// prepare makes the buckets and keys of a new file and reads those of an old one.
func (st *state) prepare(path string) error {
	return st.db.Update(func(b *bbolt.Tx) error {
		if meta := b.Bucket(bucketMeta); meta != nil {
			if got := meta.Get([]byte("format")); string(got) != stateFormat {
				return &FormatError{Path: path, Err: fmt.Errorf("state has format %q, this program reads %q", got, stateFormat)}
			}
		}
		for _, name := range allBuckets {
			if _, err := b.CreateBucketIfNotExists(name); err != nil {
				return fmt.Errorf("create bucket %s: %w", name, err)
			}
		}
		return st.loadKeys(b.Bucket(bucketMeta))
	})
}

func (st *state) loadKeys(meta *bbolt.Bucket) error {
	secret := func() []byte {
		key := make([]byte, 64)
		rand.Read(key) // never fails
		return key
	}
	var err error
	once := func(name string, make func() []byte) []byte {
		value := meta.Get([]byte(name))
		if value == nil {
			value = make()
			err = errors.Join(err, meta.Put([]byte(name), value))
		}
		return append([]byte(nil), value...)
	}
	once("format", func() []byte { return []byte(stateFormat) })
	st.resource = string(once("resource", func() []byte { return []byte(uuid.NewString()) }))
	st.accessKey = once("accessKey", secret)
	st.tokenKey = once("tokenKey", secret)
	return err
}
