package emulator

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"slices"
	"time"
)

// A threadWindow is how far earlier pages of a list have come, and the startTime
// that the first one was asked for: links repeat that in whole seconds only. The
// places are zero before the first page.
type threadWindow struct {
	start, end place // the last and the first that were shown
	from       millis
}

// threadWindowJSON is an encoded window: times as recorded, and the numbers of
// the threads, since two may be active in the same millisecond.
type threadWindowJSON struct {
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	StartNum threadNum `json:"startThread"`
	EndNum   threadNum `json:"endThread"`
	From     millis    `json:"startTime,omitempty"`
}

// encode is the window as syncState of a link.
func (w threadWindow) encode() string {
	data, err := json.Marshal([]threadWindowJSON{{
		Start: time.UnixMilli(int64(w.start.at)).UTC(), StartNum: w.start.num,
		End: time.UnixMilli(int64(w.end.at)).UTC(), EndNum: w.end.num,
		From: w.from,
	}})
	if err != nil {
		panic(err) // only a year past 9999, which a place never has
	}
	return base64.StdEncoding.EncodeToString(data)
}

// threadWindow is the window of the query: its syncState, else its startTime.
func (c *call) threadWindow() (threadWindow, error) {
	value := c.query.Get("syncState")
	if value == "" {
		from, err := c.startTime()
		return threadWindow{from: from}, err
	}
	data, err := base64.StdEncoding.DecodeString(value)
	var in []threadWindowJSON
	if err != nil || json.Unmarshal(data, &in) != nil || len(in) != 1 {
		return threadWindow{}, badSyncState()
	}
	w := threadWindow{
		start: place{millis(in[0].Start.UnixMilli()), in[0].StartNum},
		end:   place{millis(in[0].End.UnixMilli()), in[0].EndNum},
		from:  in[0].From,
	}
	if w.start.at <= 0 || w.end.before(w.start) || w.from < 0 {
		return threadWindow{}, badSyncState()
	}
	return w, nil
}

// nextPlaces is the page after w, and the window that then has been shown; more
// reports whether anything is left. Threads that became active since the
// earlier pages come first. When they alone are more than a page, the list
// starts over from the top: nothing is lost, some is shown again.
func (t tx) nextPlaces(u userID, w threadWindow, size int) (page []place, next threadWindow, more bool) {
	bottom := place{at: w.from - 1, num: math.MaxUint64}
	newer := t.places(u, maxPlace(bottom, w.end), lastPlace, size+1) // all, before the first page
	if len(newer) > size {
		page = newer[:size]
		return page, threadWindow{start: page[size-1], end: page[0], from: w.from}, true
	}
	if len(newer) > 0 {
		w.end = newer[0]
	}
	room := size - len(newer)
	older := t.places(u, bottom, w.start, room+1)
	if len(older) > room {
		older, more = older[:room], true
	}
	if len(older) > 0 {
		w.start = older[len(older)-1]
	}
	return slices.Concat(newer, older), w, more
}
