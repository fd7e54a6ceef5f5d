package twiliosrc

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	manifestFile    = "snapshot.json"
	manifestFormat  = "twilio-conversations-snapshot"
	manifestVersion = 1
	// defaultRegion is where Twilio keeps an account unless told otherwise.
	defaultRegion = "us1"
)

// Manifest is snapshot.json: what a snapshot is a recording of. Only Format and
// Version must be there in one made by hand.
type Manifest struct {
	Format            string             `json:"format"`
	Version           int                `json:"version"`
	AccountSID        mapping.AccountSID `json:"accountSid"`
	Region            string             `json:"region,omitempty"` // empty: us1
	DefaultServiceSID mapping.ServiceSID `json:"defaultServiceSid"`
	RecordedAt        mapping.Timestamp  `json:"recordedAt"`
	Redacted          bool               `json:"redacted"`

	// What the listings held when they were recorded. Counts go by kind
	// ("messages"), sizes in bytes and hashes in hexadecimal by name
	// ("messages.jsonl"). What is not in them is not checked. In snapshot.json
	// "sizes" and "sha256" have those of media, too ("media/ME…"): as many as there
	// are files, which is why they are only passed over, and never held.
	Counts map[Kind]int64    `json:"counts,omitempty"`
	Sizes  map[string]int64  `json:"-"`
	SHA256 map[string]string `json:"-"`
}

// ManifestError says that a snapshot is not what its manifest says, or that the
// manifest itself cannot be used.
type ManifestError struct {
	File string // which file differs
	Err  error
}

func (e *ManifestError) Error() string { return fmt.Sprintf("check %s: %v", e.File, e.Err) }

func (e *ManifestError) Unwrap() error { return e.Err }

// Hint says what can be done about it.
func (e *ManifestError) Hint() string {
	if errors.Is(e.Err, errNewerVersion) {
		return "read it with the program that recorded it, or update this one"
	}
	return "copy or record the snapshot again; if the change was meant, correct " + manifestFile
}

var (
	errNoManifest   = fmt.Errorf("%s is not of the format %q", manifestFile, manifestFormat)
	errNewerVersion = errors.New("version is newer than this program knows")
)

// check refuses what is no manifest that this program can use, and completes it.
// The error of what does not claim to be a manifest is errNoManifest.
func (m *Manifest) check() error {
	switch {
	case m.Format != manifestFormat:
		return errNoManifest
	case m.Version > manifestVersion:
		return fmt.Errorf("%w: %d, not %d", errNewerVersion, m.Version, manifestVersion)
	case m.Version < 1:
		return fmt.Errorf("version %d does not exist", m.Version)
	}
	if m.Region == "" {
		m.Region = defaultRegion
	}
	return m.checkSIDs()
}

func (m Manifest) checkSIDs() error {
	var account, service error
	if m.AccountSID != "" {
		account = checkSID(prefixAccount, "accountSid", m.AccountSID)
	}
	if m.DefaultServiceSID != "" {
		service = checkSID(prefixService, "defaultServiceSid", m.DefaultServiceSID)
	}
	return errors.Join(account, service)
}

// isListing and isMedia keep the names in a manifest from becoming paths: only the
// files of a snapshot may be named.
func isListing(name string) bool {
	return slices.ContainsFunc(kinds, func(k Kind) bool { return k.file() == name })
}

func isMedia(name string) bool {
	sid, ok := strings.CutPrefix(name, mediaDir+"/")
	return ok && validSID(prefixMedia, sid)
}

// listings are the names of those of which something is recorded.
func (m Manifest) listings() iter.Seq[string] {
	names := map[string]bool{}
	for name := range m.Sizes {
		names[name] = true
	}
	for name := range m.SHA256 {
		names[name] = true
	}
	for kind, n := range m.Counts {
		if n > 0 && slices.Contains(kinds, kind) {
			names[kind.file()] = true
		}
	}
	return slices.Values(slices.Sorted(maps.Keys(names)))
}

// checkSizes compares the sizes of the listings with those recorded.
func (m Manifest) checkSizes(root *os.Root) error {
	for _, name := range slices.Sorted(maps.Keys(m.Sizes)) {
		info, err := root.Stat(name)
		if err == nil {
			err = m.checkSize(name, info.Size())
		}
		if err != nil {
			return &ManifestError{File: name, Err: err}
		}
	}
	return nil
}

func (m Manifest) checkSize(name string, size int64) error {
	if want, ok := m.Sizes[name]; ok {
		return sameSize(size, want)
	}
	return nil
}

func (m Manifest) checkHash(name, sum string) error {
	if want, ok := m.SHA256[name]; ok {
		return sameHash(sum, want)
	}
	return nil
}

func (m Manifest) checkCount(name string, lines int64) error {
	for kind, want := range m.Counts {
		if kind.file() == name && lines != want {
			return fmt.Errorf("it has %d items, not %d as recorded", lines, want)
		}
	}
	return nil
}

func sameSize(size, want int64) error {
	if size != want {
		return fmt.Errorf("it has %d bytes, not %d as recorded", size, want)
	}
	return nil
}

func sameHash(sum, want string) error {
	if !strings.EqualFold(sum, want) {
		return fmt.Errorf("its SHA-256 is %s, not %.64q as recorded", sum, want)
	}
	return nil
}
