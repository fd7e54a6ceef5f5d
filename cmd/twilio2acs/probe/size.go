package probe

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// How far and how closely the largest message is searched for, in ASCII letters.
const (
	mostLetters = 64 << 10
	letterStep  = 64
)

// The flags that answers are for.
const (
	flagMessageLimit    = "message-limit"
	flagMessageMeasure  = "message-measure"
	flagMessageCounts   = "message-counts"
	flagMessageMetadata = "message-metadata-limit"
	flagThreadMetadata  = "thread-metadata-limit"
	flagTooLarge        = "too-large"
	flagForeignThread   = "foreign-thread"
	flagFormerMember    = "former-member"
	flagPageSize        = "page-size"
	flagRetryAfter      = "retry-after"
	flagKeyLife         = "key-life"
)

const emoji = "\U0001F600" // 4 bytes of UTF-8, and of UTF-16

// messageSize finds out how large a message may be, and how ACS measures that.
func (p *Probe) messageSize(ctx context.Context) (Answer, error) {
	letters, refusal, err := largest(mostLetters, letterStep, func(n int) (bool, *acsdest.Error, error) {
		return p.kept(ctx, mapping.NewChatMessage{Content: strings.Repeat("x", n)})
	})
	if err != nil {
		return Answer{}, err
	}
	p.letters = letters
	if letters == mostLetters {
		return Answer{
			Text:     fmt.Sprintf("%d letters are taken, more was not tried", letters),
			Settings: []Setting{{flagMessageLimit, ""}, {flagMessageMeasure, ""}, {flagMessageCounts, ""}, {flagTooLarge, ""}},
		}, nil
	}
	measure, limit, err := p.measure(ctx, letters)
	if err != nil {
		return Answer{}, err
	}
	counts, err := p.counts(ctx, letters)
	if err != nil {
		return Answer{}, err
	}
	what := "with display name and metadata"
	if counts == mapping.CountsContent {
		what = "without display name and metadata"
	}
	a := Answer{
		Text: fmt.Sprintf("%d bytes, measured as %s, %s: %d ASCII letters; %s", limit, measure, what, letters, refusedWith(refusal)),
		Settings: []Setting{
			{flagMessageLimit, strconv.Itoa(limit)}, {flagMessageMeasure, string(measure)}, {flagMessageCounts, string(counts)}, {flagTooLarge, tooLarge(refusal)},
		},
	}
	return a, sizeSurprise(limit, refusal)
}

// tooLarge is the status of a refusal, as far as the embedded ACS has it.
func tooLarge(refusal *acsdest.Error) string {
	if refusal == nil || refusal.Status != 413 && refusal.Status != 400 {
		return ""
	}
	return strconv.Itoa(refusal.Status)
}

func sizeSurprise(limit int, refusal *acsdest.Error) error {
	switch {
	case limit < mapping.MinMessageLimit:
		return &Surprise{
			What:   fmt.Sprintf("a message may have %d bytes, which is less than the %d that a migration needs", limit, mapping.MinMessageLimit),
			Remedy: "ask Azure Support: the published limit is 28 KB",
		}
	case refusal == nil:
		return &Surprise{
			What:   fmt.Sprintf("a message of more than %d bytes is cut, not refused", limit),
			Remedy: "nothing is lost as long as --message-limit is kept",
		}
	}
	return nil
}

// measure finds out how texts are measured, and how much there may be by that.
func (p *Probe) measure(ctx context.Context, letters int) (mapping.SizeMeasure, int, error) {
	fits := func(text string, n int) (bool, error) {
		kept, _, err := p.kept(ctx, mapping.NewChatMessage{Content: strings.Repeat(text, n)})
		return kept, err
	}
	// An emoji counts as much as two letters where UTF-16 is counted, in bytes or in
	// units, less where characters are, and four times as much in UTF-8.
	plain, err := fits(`"`, letters*3/4) // which is two letters where JSON is measured
	if err != nil {
		return "", 0, err
	}
	switch narrow, err := fits(emoji, letters/2); {
	case err != nil:
		return "", 0, err
	case narrow && plain:
		return mapping.MeasureUTF16, 2 * letters, nil
	case narrow: // UTF-16 of JSON: in UTF-8 nothing has fewer bytes than it counts letters
		return mapping.MeasureJSON, letters, nil
	}
	switch utf8, err := fits(emoji, letters/4); {
	case err != nil:
		return "", 0, err
	case !utf8: // escaped perhaps, as twelve letters: leave room for the worst
		return mapping.MeasureUTF8, letters / 3, nil
	}
	if plain {
		return mapping.MeasureUTF8, letters, nil
	}
	return mapping.MeasureJSON, letters, nil
}

// besides is how much metadata, and how much of a display name, is added to a message
// that is full to see whether that counts. Far more is taken with a short one.
const (
	besidesMetadata = 2 << 10
	besidesName     = 200
)

// counts finds out what of a message is measured.
func (p *Probe) counts(ctx context.Context, letters int) (mapping.SizeScope, error) {
	for _, beside := range []mapping.NewChatMessage{
		{Metadata: mapping.Metadata{"k": strings.Repeat("x", besidesMetadata)}},
		{SenderDisplayName: strings.Repeat("x", besidesName)},
	} {
		beside.Content = strings.Repeat("x", letters)
		free, _, err := p.kept(ctx, beside)
		if err != nil || !free {
			return mapping.CountsMessage, err
		}
	}
	return mapping.CountsContent, nil
}
