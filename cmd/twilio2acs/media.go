package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// The values of --media, beside local:DIR.
const (
	noMedia    = "none"
	blobPrefix = "azblob:"
)

// mediaOptions say where files go, and how messages name them.
type mediaOptions struct {
	media    string
	template string
}

func (o *mediaOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.media, "media", "", "where files and what does not fit ACS are kept: `local:DIR`, or none (default local:DIR/media with --dest local:DIR)")
	f.StringVar(&o.template, "media-url-template", "", "`URL` of a stored file as messages name it, with {key} in it (default: the file itself, with --dest local:)")
}

// mediaPlace is a media store that has not been opened.
type mediaPlace struct {
	dir      string // absolute; empty for no store at all
	template string // of the URLs; empty for no store at all
}

// root is what a ledger knows the store by.
func (p mediaPlace) root() string {
	if p.dir == "" {
		return noMedia
	}
	return p.dir
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
		return mediaPlace{}, usagef("say --media local:DIR, or --media none to go without files", "--dest acs needs to know where files go")
	case strings.HasPrefix(media, blobPrefix):
		return mediaPlace{}, usagef("use --media local:DIR and serve that directory at the --media-url-template",
			"this version does not store files in Azure Blob Storage")
	case media == noMedia && o.template != "":
		return mediaPlace{}, usagef("leave it out, or name a store with --media", "--media-url-template means nothing with --media none")
	case media == noMedia:
		return mediaPlace{}, nil
	case !isLocal || dir == "":
		return mediaPlace{}, usagef("say --media local:DIR, or --media none", "--media %q is no media store", o.media)
	}
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

// mediaStore is a media store that is open; nil when there is none.
type mediaStore struct {
	store migrate.MediaStore
	close func() error
}

// open opens the store, creating it if need be.
func (p mediaPlace) open() (mediaStore, error) {
	if p.dir == "" {
		return mediaStore{close: func() error { return nil }}, nil
	}
	s, err := acsdest.NewLocalStore(p.dir)
	if err != nil {
		return mediaStore{}, withHint(err, fmt.Sprintf("check that %s can be written, or name another store with --media", p.dir))
	}
	return mediaStore{store: s, close: s.Close}, nil
}

// openExisting opens a store that must be there.
func (p mediaPlace) openExisting() (mediaStore, error) {
	if p.dir != "" {
		if _, err := os.Stat(p.dir); err != nil {
			return mediaStore{}, withHint(fmt.Errorf("open media store: %w", err), "name the store that the run wrote to with --media")
		}
	}
	return p.open()
}
