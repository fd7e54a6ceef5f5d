package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

func TestMediaPlace(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("AZURE_STORAGE_CONNECTION_STRING", "AccountName=contoso;AccountKey=c2VjcmV0")
	const container = "https://contoso.blob.core.windows.net/files"
	out := filepath.Join(dir, "out")
	for _, tt := range []struct {
		name     string
		media    mediaOptions
		dest     string
		root     string
		template string
	}{
		{"beside the embedded ACS", mediaOptions{}, "local:" + out, filepath.Join(out, "media"), fileTemplate(filepath.Join(out, "media"))},
		{"elsewhere", mediaOptions{media: "local:" + dir + "/a/../b/"}, "local:" + out, filepath.Join(dir, "b"), fileTemplate(filepath.Join(dir, "b"))},
		{"by another URL", mediaOptions{template: "https://x/{key}"}, "local:" + out, filepath.Join(out, "media"), "https://x/{key}"},
		{"nowhere", mediaOptions{media: "none"}, "acs", "none", ""},
		{"for an ACS resource", mediaOptions{media: "local:" + dir, template: "https://x/{key}"}, "acs", dir, "https://x/{key}"},
		{"in a container", mediaOptions{media: "azblob:" + container + "/"}, "acs", container, container + "/{key}"},
		{"in a container, by another URL", mediaOptions{media: "azblob:" + container, template: "https://x/{key}"}, "acs", container, "https://x/{key}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.media.place(destinationOptions{tt.dest})
			if err != nil {
				t.Fatal(err)
			}
			if got.root() != tt.root || got.template != tt.template {
				t.Errorf("place = %s, %s; want %s, %s", got.root(), got.template, tt.root, tt.template)
			}
		})
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("something was created: %v, %v", entries, err)
	}
}

// The URL of a file must be known before its store is opened, since a plan
// opens none.
func TestFileTemplateIsThatOfTheStore(t *testing.T) {
	for _, name := range []string{"media", "with space", "größe", "100%", "a#b?c"} {
		dir := filepath.Join(t.TempDir(), name)
		store, err := acsdest.NewLocalStore(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := fileTemplate(dir), store.URLTemplate(); got != want {
			t.Errorf("fileTemplate(%s) = %s, want %s", name, got, want)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}
