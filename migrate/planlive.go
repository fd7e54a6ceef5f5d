package migrate

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// liveThread replaces was by what stands in ACS, if a plan may ask.
func (p *planner) liveThread(ctx context.Context, rec mapping.ThreadRecord, was *mapping.ThreadContent) error {
	if p.opts.Live == nil {
		return nil
	}
	return step("read the thread", p.patience.do(ctx, func(ctx context.Context) error {
		got, err := p.opts.Live.FetchThread(ctx, rec.Acting(), rec.Thread)
		*was = mapping.ThreadContent{Topic: got.Topic, Metadata: got.Metadata}
		return err
	}))
}

// liveFields compares an edited message with what stands in ACS.
func (p *planner) liveFields(ctx context.Context, pc *planned, rec mapping.MessageRecord, draft mapping.MessageDraft) ([]FieldChange, error) {
	var content strings.Builder
	was, now := mapping.Metadata{}, mapping.Metadata{}
	for _, id := range rec.IDs {
		err := p.patience.do(ctx, func(ctx context.Context) error {
			got, err := p.opts.Live.FetchMessage(ctx, pc.before.Acting(), pc.before.Thread, id)
			if err == nil {
				content.WriteString(got.Content)
				maps.Copy(was, got.Metadata)
			}
			return err
		})
		if err != nil {
			return nil, step("read an ACS message", err)
		}
	}
	for _, part := range draft.Parts {
		maps.Copy(now, part.Metadata)
	}
	var fields []FieldChange
	if text := joinedParts(draft); text != content.String() {
		fields = append(fields, FieldChange{mapping.FieldContent, content.String(), text})
	}
	return append(fields, metadataFields(now.Update(was), was)...), nil
}

func sortedKeys(md mapping.Metadata) []string { return slices.Sorted(maps.Keys(md)) }
