package mapping

import (
	"cmp"
	"fmt"
	"math"
)

// SizeMeasure says how ACS measures texts.
type SizeMeasure string

// The measures. The empty one is the widest.
const (
	// MeasureWidest is the larger one of UTF-8 and UTF-16: right as long as nobody
	// knows.
	MeasureWidest SizeMeasure = "widest"
	MeasureUTF8   SizeMeasure = "utf8"
	MeasureUTF16  SizeMeasure = "utf16"
	// MeasureJSON is UTF-8 with what JSON has to escape escaped.
	MeasureJSON SizeMeasure = "json"
)

// SizeScope says what of a message counts.
type SizeScope string

// The scopes. The empty one is the whole message.
const (
	// CountsMessage is content, display name and metadata.
	CountsMessage SizeScope = "message"
	CountsContent SizeScope = "content"
)

// Sizes say how much of a message ACS takes, as far as somebody has found out. The
// zero value is what is published, and a safe guess where nothing is.
type Sizes struct {
	// Message is the limit that ACS has for a message, in bytes, at least
	// MinMessageLimit. 0 means PublishedMessageLimit.
	Message int
	Measure SizeMeasure
	Counts  SizeScope
	// Metadata is the limit for the metadata of a message, in bytes, at least
	// MinMessageMetadata. 0 means MaxMessageMetadata; more than that is never used.
	Metadata int
}

const (
	// PublishedMessageLimit is the most that a message may have, in bytes (service
	// limits page, Chat). How ACS measures is not published.
	PublishedMessageLimit = 28 << 10
	// MinMessageLimit is the least that Sizes.Message may be: below it metadata
	// would crowd out content.
	MinMessageLimit = 8 << 10
	// MinMessageMetadata is the least that Sizes.Metadata may be: what makes a
	// message one of ours has room in it, however its author is called.
	MinMessageMetadata = 2 << 10

	// sizeMargin is left free where the names, quotes and braces around metadata may
	// count: nobody has found out that they do not.
	sizeMargin = 1 << 10
)

// unbounded is room for any text.
var unbounded = extent{utf8: math.MaxInt, utf16: math.MaxInt, json: math.MaxInt}

// message is how large a message may be drafted, in bytes of the measure.
func (z Sizes) message() int {
	limit := cmp.Or(z.Message, PublishedMessageLimit)
	if known := z.Measure != "" && z.Measure != MeasureWidest; known && z.Counts == CountsContent {
		return limit
	}
	return limit - sizeMargin
}

// measured is n bytes of the measure.
func (z Sizes) measured(n int) extent {
	room := unbounded
	switch z.Measure {
	case MeasureUTF8:
		room.utf8 = n
	case MeasureUTF16:
		room.utf16 = n
	case MeasureJSON:
		room.json = n
	default:
		room.utf8, room.utf16 = n, n
	}
	return room
}

// room is what is left for content beside display name and metadata of that extent.
func (z Sizes) room(beside extent) extent {
	room := z.measured(z.message())
	if z.Counts == CountsContent {
		return room
	}
	return extent{room.utf8 - beside.utf8, room.utf16 - beside.utf16, room.json - beside.json}
}

// metadata is the room for the metadata of a message. Where the whole message
// counts, more than half of it is left to the content.
func (z Sizes) metadata() extent {
	n := min(cmp.Or(z.Metadata, MaxMessageMetadata), MaxMessageMetadata)
	if z.Counts != CountsContent {
		n = min(n, z.message()*MaxMessageMetadata/MaxMessageSize)
	}
	room := inBytes(n)
	if z.Measure == MeasureJSON {
		room.json = n
	}
	return room
}

// inBytes is room for n bytes of UTF-8 and of UTF-16.
func inBytes(n int) extent { return extent{utf8: n, utf16: n, json: math.MaxInt} }

// validate reports limits too small to draft messages for. Measure and Counts are
// among the policies.
func (z Sizes) validate() error {
	if z.Message != 0 && z.Message < MinMessageLimit {
		return fmt.Errorf("message limit of %d bytes is less than %d", z.Message, MinMessageLimit)
	}
	if z.Metadata != 0 && z.Metadata < MinMessageMetadata {
		return fmt.Errorf("message metadata limit of %d bytes is less than %d", z.Metadata, MinMessageMetadata)
	}
	return nil
}
