package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// noMedia is the value of --media that is no store at all.
const noMedia = "none"

// mediaOptions say where files go, and how messages name them.
type mediaOptions struct {
	media    string
	template string
}

func (o *mediaOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.media, "media", "", "where files and what does not fit ACS are kept: `local:DIR`, azblob:CONTAINER_URL, or none (default local:DIR/media with --dest local:DIR)")
	f.StringVar(&o.template, "media-url-template", "", "`URL` of a stored file as messages name it, with {key} in it (default: the file itself; needed with --dest acs and --media local:)")
}

// mediaPlace is a media store that has not been opened.
type mediaPlace struct {
	dir      string             // absolute; empty for a store that is no directory
	blobs    *acsdest.BlobStore // nil for a store that is no container
	template string             // of the URLs; empty for no store at all
}

// root is what a ledger knows the store by.
func (p mediaPlace) root() string {
	switch {
	case p.blobs != nil:
		return p.blobs.URL()
	case p.dir != "":
		return p.dir
	}
	return noMedia
}

// place settles where files go, without touching anything.
func (o mediaOptions) place(dest destinationOptions) (mediaPlace, error) {
	media := o.media
	if dir, ok := dest.localDir(); ok && media == "" {
		media = localPrefix + filepath.Join(dir, "media")
	}
	dir, isLocal := strings.CutPrefix(media, localPrefix)
	switch {
	case media == "":
		return mediaPlace{}, usagef("say --media azblob:CONTAINER_URL or local:DIR, or --media none to go without files", "--dest acs needs to know where files go")
	case strings.HasPrefix(media, blobPrefix):
		return o.container(strings.TrimPrefix(media, blobPrefix))
	case media == noMedia && o.template != "":
		return mediaPlace{}, usagef("leave it out, or name a store with --media", "--media-url-template means nothing with --media none")
	case media == noMedia:
		return mediaPlace{}, nil
	case !isLocal || dir == "":
		shown, _, _ := strings.Cut(o.media, "?") // what follows may be a signature
		return mediaPlace{}, usagef("say --media azblob:CONTAINER_URL, local:DIR or none", "--media %q is no media store", shown)
	}
	return o.directory(dir, dest)
}

// container is the place of files in Azure Blob Storage. Messages name them by
// URLs that open for nobody without the application's help.
func (o mediaOptions) container(containerURL string) (mediaPlace, error) {
	store, err := blobStore(containerURL)
	if err != nil {
		return mediaPlace{}, err
	}
	return mediaPlace{blobs: store, template: cmp.Or(o.template, store.URLTemplate())}, nil
}

// directory is the place of files on this machine.
func (o mediaOptions) directory(dir string, dest destinationOptions) (mediaPlace, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return mediaPlace{}, fmt.Errorf("find media store %s: %w", dir, err)
	}
	template := o.template
	if template == "" {
		template = fileTemplate(abs)
		if !dest.isLocal() {
			return mediaPlace{}, usagef("say at which URL the application serves the files, such as --media-url-template 'https://files.example.com/{key}'",
				"--dest acs with --media local: needs --media-url-template")
		}
	}
	return mediaPlace{dir: abs, template: template}, nil
}

// fileTemplate names the files in a directory by themselves.
func fileTemplate(abs string) string {
	p := filepath.ToSlash(abs)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // a drive letter
	}
	u := url.URL{Scheme: "file", Path: strings.TrimSuffix(p, "/") + "/"}
	return u.String() + "{key}"
}

// files are those of a media store.
type files interface {
	migrate.MediaStore
	migrate.MediaRemover
}

// mediaStore is a media store that is open; nil when there is none.
type mediaStore struct {
	store files
	close func() error
}

// open opens the store, creating it if need be. A container that everybody can
// read is refused.
func (p mediaPlace) open(ctx context.Context) (mediaStore, error) {
	switch {
	case p.blobs != nil:
		return mediaStore{store: p.blobs, close: nothingToClose}, p.blobs.Ensure(ctx)
	case p.dir == "":
		return mediaStore{close: nothingToClose}, nil
	}
	return p.openDirectory()
}

// openExisting opens a store that must be there.
func (p mediaPlace) openExisting(ctx context.Context, log *slog.Logger) (mediaStore, error) {
	switch {
	case p.blobs != nil:
		return mediaStore{store: p.blobs, close: nothingToClose}, checkBlobs(ctx, p.blobs, log)
	case p.dir == "":
		return mediaStore{close: nothingToClose}, nil
	}
	if _, err := os.Stat(p.dir); err != nil {
		return mediaStore{}, withHint(fmt.Errorf("open media store: %w", err), "name the store that the run wrote to with --media")
	}
	return p.openDirectory()
}

func (p mediaPlace) openDirectory() (mediaStore, error) {
	s, err := acsdest.NewLocalStore(p.dir)
	if err != nil {
		return mediaStore{}, withHint(err, fmt.Sprintf("check that %s can be written, or name another store with --media", p.dir))
	}
	return mediaStore{store: s, close: s.Close}, nil
}

func nothingToClose() error { return nil }
