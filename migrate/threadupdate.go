package migrate

import (
	"context"
	"maps"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// topicField names the topic among ThreadRecord.Foreign; keys of the metadata
// have their own names.
const topicField = "topic"

// threadUpdate is what has changed in topic and metadata since they were last
// carried, but for what people have made their own; false when nothing has.
func threadUpdate(rec mapping.ThreadRecord, draft mapping.ThreadDraft) (mapping.ThreadUpdate, bool) {
	u := mapping.ThreadUpdate{Metadata: draft.Metadata.Update(rec.Content.Metadata)}
	maps.DeleteFunc(u.Metadata, func(k, _ string) bool { return slices.Contains(rec.Foreign, k) })
	if draft.Topic != rec.Content.Topic && !slices.Contains(rec.Foreign, topicField) {
		u.Topic = &draft.Topic
	}
	return u, u.Topic != nil || len(u.Metadata) > 0
}

// updateThread carries over what has changed in topic and metadata. What people
// have changed in ACS since is left to them.
func (w *worker) updateThread(ctx context.Context) error {
	u, differs := threadUpdate(w.rec, w.draft)
	if !differs {
		return nil
	}
	var got mapping.ChatThread
	err := w.patience.do(ctx, func(ctx context.Context) (err error) {
		got, err = w.acs.FetchThread(ctx, w.rec.Acting(), w.rec.Thread)
		return err
	})
	if err != nil {
		return err
	}
	u, foreign := w.concerted(u, got)
	if len(foreign) > 0 {
		w.rec.Foreign = append(w.rec.Foreign, foreign...)
		w.lose(mapping.LossThreadChangedInACS, string(w.c.SID))
		w.log.Warn("changed in ACS as well, left as it is there", "conversation", w.c.SID, "fields", foreign)
	}
	if u.Topic != nil || len(u.Metadata) > 0 {
		err := w.write(ctx, "update thread", string(w.c.SID), func(ctx context.Context) error {
			return w.acs.UpdateThread(ctx, w.rec.Acting(), w.rec.Thread, u)
		})
		if err != nil {
			return err
		}
	}
	w.rec.Content = mapping.ThreadContent{Topic: w.draft.Topic, Metadata: w.draft.Metadata}
	w.touched = true
	return w.note()
}

// concerted is what of u is still to be written, now that got stands in ACS, and
// what of it people have changed there.
func (w *worker) concerted(u mapping.ThreadUpdate, got mapping.ChatThread) (mapping.ThreadUpdate, []string) {
	var foreign []string
	if u.Topic != nil && got.Topic != w.rec.Content.Topic {
		if got.Topic != *u.Topic {
			foreign = append(foreign, topicField)
		}
		u.Topic = nil
	}
	maps.DeleteFunc(u.Metadata, func(k, v string) bool {
		if got.Metadata[k] == w.rec.Content.Metadata[k] {
			return false
		}
		if got.Metadata[k] != v {
			foreign = append(foreign, k)
		}
		return true
	})
	slices.Sort(foreign)
	return u, foreign
}
