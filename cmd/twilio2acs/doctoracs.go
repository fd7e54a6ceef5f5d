package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/doctor"
)

// resource looks whether ACS can be reached and accepts the credentials.
func (e *examination) resource(ctx context.Context) (string, error) {
	resource, _, err := e.o.connect.resource()
	if err != nil {
		return "", err
	}
	transport := acsdest.NewTransport(nil)
	if ca := e.o.connect.ca; ca != "" {
		if transport, err = acsdest.TransportWithCA(ca); err != nil {
			return "", withHint(err, "name the PEM file of the authority with --acs-ca")
		}
	}
	e.closers = append(e.closers, closeIdle(transport))
	e.acs = doctor.NewEar(transport.Do)
	acs, err := resource.open(&acsdest.ClientOptions{Transport: e.acs, Logger: e.o.log.logger(e.s)})
	if err != nil {
		return "", err
	}
	if err := acs.Check(ctx); err != nil {
		return "", err
	}
	return resource.name() + " accepts the credentials", nil
}

// apiVersion looks whether ACS still has the version of its API that is used.
func (e *examination) apiVersion(context.Context) (string, error) {
	versions := heard(e.acs).Versions
	if versions == "" {
		return "", errNothing
	}
	if !strings.Contains(versions, acsdest.IdentityVersion) {
		return "", warning{withHint(fmt.Errorf("version %s of Identity is not among those that ACS has", acsdest.IdentityVersion), "get a newer twilio2acs")}
	}
	return "Identity " + acsdest.IdentityVersion + " is supported", nil
}

// embedded looks whether the embedded ACS can keep what it is given.
func (e *examination) embedded(context.Context) (string, error) {
	dir, _ := e.o.dest.localDir()
	at := existing(dir)
	if err := writable(at); err != nil {
		return "", localError(dir, err)
	}
	if hasEmbedded(dir) {
		return dir + ": there is one, and it can be written", nil
	}
	return dir + ": to be made by the first run", nil
}

// existing is the closest folder above dir, or dir itself, that exists.
func existing(dir string) string {
	for !fileExists(dir) && filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
	}
	return dir
}

// store looks whether files can be kept.
func (e *examination) store(ctx context.Context) (string, error) {
	if !e.o.dest.isLocal() && e.o.media.media == "" {
		return "", warning{usagef("say --media azblob:CONTAINER_URL or local:DIR with --media-url-template, or --media none", "no store for files is named")}
	}
	place, err := e.o.media.place(e.o.dest)
	switch {
	case err != nil:
		return "", err
	case place.blobs != nil:
		return e.container(ctx, place)
	case place.dir != "":
		return place.dir + ": can be written", localStoreError(place.dir, writable(existing(place.dir)))
	}
	return "none: files and what does not fit ACS would be lost", nil
}

// container looks whether a container is there for nobody else to read.
func (e *examination) container(ctx context.Context, place mediaPlace) (string, error) {
	err := place.blobs.Check(ctx)
	var answered *acsdest.BlobError
	switch {
	case errors.As(err, &answered) && answered.IsMissing():
		return place.root() + ": to be made by the first run", nil
	case err != nil:
		return "", err
	}
	return place.root() + ": is private", nil
}

func localStoreError(dir string, err error) error {
	if err == nil {
		return nil
	}
	return localError(dir, err)
}
