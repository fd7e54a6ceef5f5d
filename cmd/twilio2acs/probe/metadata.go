package probe

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	// metadataStep is how closely limits of metadata are searched for, in bytes.
	metadataStep = 64
	// messageKeys is how many keys the metadata of a message has at the most.
	messageKeys = 13
	// threadLetters is how many ASCII letters of thread metadata a migration uses at
	// the most: it keeps within 1 KB of UTF-16.
	threadLetters = mapping.MaxThreadMetadata / 2
)

// messageMetadata finds out whether as much metadata as a migration uses is kept.
func (p *Probe) messageMetadata(ctx context.Context) (Answer, error) {
	most := mapping.MaxMessageMetadata
	if p.letters > 0 { // what does not fit a message says nothing of metadata
		most = min(most, p.letters-metadataStep)
	}
	limit, refusal, err := largest(most, metadataStep, func(n int) (bool, *acsdest.Error, error) {
		return p.kept(ctx, mapping.NewChatMessage{Content: "metadata", Metadata: metadata(n)})
	})
	if err != nil {
		return Answer{}, err
	}
	many := make(mapping.Metadata, messageKeys)
	for i := range messageKeys {
		many["key"+strconv.Itoa(i)] = "value"
	}
	allKeys, _, err := p.kept(ctx, mapping.NewChatMessage{Content: "metadata", Metadata: many})
	switch {
	case err != nil:
		return Answer{}, err
	case !allKeys:
		return Answer{}, &Surprise{fmt.Sprintf("metadata with %d keys is not kept", messageKeys), "a migration cannot go on without: ask Azure Support, naming the request ID from --log-file"}
	case limit == most:
		return Answer{Text: fmt.Sprintf("%d bytes are kept, as many as a migration uses", most), Settings: []Setting{{flagMessageMetadata, ""}}}, nil
	case limit < mapping.MinMessageMetadata:
		return Answer{}, &Surprise{fmt.Sprintf("metadata of more than %d bytes is not kept, and a migration needs %d", limit, mapping.MinMessageMetadata), "ask Azure Support, naming the request ID from --log-file"}
	}
	return Answer{
		Text:     fmt.Sprintf("%d bytes are kept; %s", limit, refusedWith(refusal)),
		Settings: []Setting{{flagMessageMetadata, strconv.Itoa(limit)}},
	}, nil
}

// metadata is metadata of n bytes.
func metadata(n int) mapping.Metadata {
	if n == 0 {
		return nil
	}
	return mapping.Metadata{"k": strings.Repeat("x", n-1)}
}

// threadMetadata finds out whether a thread keeps the published 1 KB of metadata.
func (p *Probe) threadMetadata(ctx context.Context) (Answer, error) {
	limit, refusal, err := largest(mapping.MaxThreadMetadata, metadataStep, func(n int) (bool, *acsdest.Error, error) {
		return p.threadKeeps(ctx, metadata(n))
	})
	switch {
	case err != nil:
		return Answer{}, err
	case limit == mapping.MaxThreadMetadata:
		return Answer{Text: fmt.Sprintf("%d bytes are kept, as published", limit), Settings: []Setting{{flagThreadMetadata, ""}}}, nil
	}
	a := Answer{
		Text:     fmt.Sprintf("%d bytes of ASCII are kept; %s", limit, refusedWith(refusal)),
		Settings: []Setting{{flagThreadMetadata, strconv.Itoa(max(1, limit))}},
	}
	if limit < threadLetters {
		return a, &Surprise{fmt.Sprintf("a thread keeps %d bytes of metadata, and a migration uses up to %d", limit, threadLetters), "ask Azure Support: 1 KB is published"}
	}
	return a, nil
}

func (p *Probe) threadKeeps(ctx context.Context, md mapping.Metadata) (bool, *acsdest.Error, error) {
	id, err := p.thread(ctx, md)
	if refusal := refusalOf(err); refusal != nil {
		return false, refusal, nil
	}
	if err != nil {
		return false, nil, err
	}
	got, err := p.res.Chat.FetchThread(ctx, p.writer, id)
	return maps.Equal(got.Metadata, md), nil, err
}
