package migrate

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// compareThread compares what the thread itself says. Where Twilio has moved on
// since the last run, what that run wrote has to stand.
func (t *verified) compareThread(draft mapping.ThreadDraft) {
	written := t.rec.Content
	if written.Topic == "" { // it never is in a thread
		written = mapping.ThreadContent{Topic: draft.Topic, Metadata: draft.Metadata}
	}
	if !slices.Contains(t.rec.Foreign, topicField) {
		want, moved := wanted(draft.Topic, written.Topic, t.thread.properties.Topic)
		t.pending = t.pending || moved
		t.compare(want, t.thread.properties.Topic, "topic")
	}
	theirs := func(k, _ string) bool { return slices.Contains(t.rec.Foreign, k) }
	got := maps.Clone(t.thread.properties.Metadata)
	maps.DeleteFunc(got, theirs)
	want, moved := wantedMetadata(draft.Metadata, written.Metadata, got)
	maps.DeleteFunc(want, theirs)
	t.pending = t.pending || moved
	t.compareMetadata(want, got, ownKey(want))
	if got := t.thread.properties.Retention(); got != "" { // else it is not told
		t.compare(draft.Retention(), got, "retention")
	}
}

// wanted is what a field should say: what the source says now, unless something
// else was written and the source has moved on since.
func wanted(now, written, got string) (want string, moved bool) {
	if got != now && written != now {
		return written, true
	}
	return now, false
}

// wantedMetadata is wanted for each key.
func wantedMetadata(now, written, got mapping.Metadata) (want mapping.Metadata, moved bool) {
	want = make(mapping.Metadata, len(now))
	for _, keys := range []mapping.Metadata{now, written} {
		for k := range keys {
			v, m := wanted(now[k], written[k], got[k])
			if moved = moved || m; v != "" {
				want[k] = v
			}
		}
	}
	return want, moved
}

// compareSidecar compares conversation.json with the source, as far as the thread
// refers to it.
func (t *verified) compareSidecar(ctx context.Context) error {
	if t.store == nil || t.thread.properties.Metadata[mapping.KeySidecar] == "" && t.rec.Sidecar == "" {
		return nil
	}
	const path = "sidecar"
	stored, err := hashOf(t.store.Open(ctx, t.rules.SidecarKey(t.c.SID)))
	if errors.Is(err, fs.ErrNotExist) {
		t.differ("conversation.json in the media store", "none", path)
		return nil
	}
	if err != nil {
		return err
	}
	source := hashBytes(t.rules.Sidecar(t.c, t.roster))
	switch {
	case stored == source:
	case t.rec.Sidecar != "" && strings.HasPrefix(stored.sum, t.rec.Sidecar):
		t.pending = true // as the last run left it
	default:
		t.differ(source.String(), stored.String(), path)
	}
	return nil
}
