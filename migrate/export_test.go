package migrate

import (
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// Line is line.
type Line struct{ q *line }

func NewLine(order Order) Line                                              { return Line{newLine(order)} }
func (l Line) Len() int                                                     { return l.q.len() }
func (l Line) Add(c mapping.Conversation, left int64)                       { l.q.add(c, left) }
func (l Line) Take(now time.Duration) (mapping.Conversation, time.Duration) { return l.q.take(now) }

// PredictTelling is Predict that tells of every call.
func PredictTelling(loads []Load, opts ForecastOptions, seen func(c limits.Call, sent, answered time.Duration)) Forecast {
	return predict(loads, opts, seen)
}

// AttachmentsOf is attachmentsOf.
func AttachmentsOf(raw []byte) []mapping.Attachment { return attachmentsOf(raw) }
