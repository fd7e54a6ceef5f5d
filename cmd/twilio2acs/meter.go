package main

import (
	"context"
	"iter"
	"sync/atomic"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// meter counts the messages that are read from a source, for commands that do
// nothing else with them.
type meter struct {
	source
	read atomic.Int64
}

// Messages lists those of the source.
func (m *meter) Messages(ctx context.Context, c mapping.Conversation, after int64) iter.Seq2[mapping.Message, error] {
	return func(yield func(mapping.Message, error) bool) {
		for msg, err := range m.source.Messages(ctx, c, after) {
			m.read.Add(1)
			if !yield(msg, err) {
				return
			}
		}
	}
}
