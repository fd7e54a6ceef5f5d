package emulator

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"time"
)

// A messageWindow is the versions that earlier pages of a list went through. Its
// encoding, the syncState of a link, is the recorded one.
type messageWindow struct{ start, end millis }

const (
	windowMark = 0x3e // begins an encoded window
	windowKind = 0x01 // stands between the thread's ID and the versions
)

func (w messageWindow) encode(id threadID) string {
	b := []byte{windowMark}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(id)))
	b = append(b, id...)
	b = append(b, windowKind)
	b = binary.LittleEndian.AppendUint64(b, uint64(w.start))
	b = binary.LittleEndian.AppendUint64(b, uint64(w.end))
	return hex.EncodeToString(b)
}

// messageWindow is the query's syncState; zero when there is none.
func (c *call) messageWindow() (messageWindow, error) {
	value := c.query.Get("syncState")
	if value == "" {
		return messageWindow{}, nil
	}
	prefix := messageWindow{}.encode(c.thread)
	prefix = prefix[:len(prefix)-32] // without the two versions
	b, err := hex.DecodeString(value)
	if err != nil || len(value) != len(prefix)+32 || value[:len(prefix)] != prefix {
		return messageWindow{}, badSyncState()
	}
	w := messageWindow{
		start: millis(binary.LittleEndian.Uint64(b[len(b)-16:])),
		end:   millis(binary.LittleEndian.Uint64(b[len(b)-8:])),
	}
	if w.start <= 0 || w.end < w.start {
		return messageWindow{}, badSyncState()
	}
	return w, nil
}

func badSyncState() *refusal { return badRequest("Value for syncState is not valid.") }

// after is the window once a page, never empty, has been shown too.
func (w messageWindow) after(page []message) messageWindow {
	return messageWindow{start: page[len(page)-1].version, end: max(w.end, page[0].version)}
}

// A place is where a thread stands among all: by its last activity, then by the
// order of creation.
type place struct {
	at  millis
	num threadNum
}

func (p place) before(q place) bool {
	if p.at != q.at {
		return p.at < q.at
	}
	return p.num < q.num
}

// lastPlace comes after all others.
var lastPlace = place{at: math.MaxInt64, num: math.MaxUint64}

// A threadWindow is the places that earlier pages of a list went through. The
// zero value has gone through none.
type threadWindow struct{ start, end place }

// threadWindowJSON is an encoded window: times as recorded, and the numbers of
// the threads, since two may be active in the same millisecond.
type threadWindowJSON struct {
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	StartNum threadNum `json:"startThread"`
	EndNum   threadNum `json:"endThread"`
}

func (w threadWindow) encode() string {
	data, err := json.Marshal([]threadWindowJSON{{
		Start: time.UnixMilli(int64(w.start.at)).UTC(), StartNum: w.start.num,
		End: time.UnixMilli(int64(w.end.at)).UTC(), EndNum: w.end.num,
	}})
	if err != nil {
		panic(err) // only a year past 9999, which a place never has
	}
	return base64.StdEncoding.EncodeToString(data)
}

// threadWindow is the query's syncState; zero when there is none.
func (c *call) threadWindow() (threadWindow, error) {
	value := c.query.Get("syncState")
	if value == "" {
		return threadWindow{}, nil
	}
	data, err := base64.StdEncoding.DecodeString(value)
	var in []threadWindowJSON
	if err != nil || json.Unmarshal(data, &in) != nil || len(in) != 1 {
		return threadWindow{}, badSyncState()
	}
	w := threadWindow{
		start: place{millis(in[0].Start.UnixMilli()), in[0].StartNum},
		end:   place{millis(in[0].End.UnixMilli()), in[0].EndNum},
	}
	if w.start.at <= 0 || w.end.before(w.start) {
		return threadWindow{}, badSyncState()
	}
	return w, nil
}

// nextPlaces is the page after w, and the window that then has been shown; more
// reports whether anything is left. Threads that became active since the
// earlier pages come first. When they alone are more than a page, the list
// starts over from the top: nothing is lost, some is shown again.
func (t tx) nextPlaces(u userID, w threadWindow, from millis, size int) (page []place, next threadWindow, more bool) {
	bottom := place{at: from - 1, num: math.MaxUint64}
	if w == (threadWindow{}) {
		w = threadWindow{start: lastPlace, end: lastPlace}
	}
	newer := t.places(u, later(bottom, w.end), lastPlace, size+1)
	if len(newer) > size {
		page = newer[:size]
		return page, threadWindow{start: page[size-1], end: page[0]}, true
	}
	older := t.places(u, bottom, w.start, size-len(newer)+1)
	more = len(older) > size-len(newer)
	older = older[:min(len(older), size-len(newer))]
	page = slices.Concat(newer, older)
	next = w
	if len(page) > 0 && (len(newer) > 0 || w.end == lastPlace) {
		next.end = page[0]
	}
	if len(older) > 0 {
		next.start = older[len(older)-1]
	}
	return page, next, more
}

func later(p, q place) place {
	if p.before(q) {
		return q
	}
	return p
}

// maxGathered is how many memberships of a user are looked up one by one to
// order them. Who has more is likely to be found along the order of all threads.
const maxGathered = 2000

// places lists threads of u between above and below, both excluded, the last
// active first.
func (t tx) places(u userID, above, below place, limit int) []place {
	var found []place
	nums := t.threadsOf(u, maxGathered+1)
	if len(nums) > maxGathered {
		return t.placesAlong(u, above, below, limit)
	}
	for _, n := range nums {
		p := place{at: t.head(n).Received, num: n}
		if above.before(p) && p.before(below) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b place) int {
		if b.before(a) {
			return -1
		}
		return 1
	})
	return found[:min(limit, len(found))]
}

// placesAlong is places for someone who is in many threads.
func (t tx) placesAlong(u userID, above, below place, limit int) []place {
	var found []place
	memberships := t.bucket(bucketMemberships)
	cursor := t.bucket(bucketActivity).Cursor()
	for key, _ := seekBefore(cursor, activityKey(below.at, below.num)); key != nil && len(found) < limit; key, _ = cursor.Prev() {
		p := place{at: millis(binary.BigEndian.Uint64(key)), num: threadNum(lastUint64(key))}
		if !above.before(p) {
			break
		}
		if member, _ := memberships.Cursor().Seek(membershipKey(u, p.num)); string(member) == string(membershipKey(u, p.num)) {
			found = append(found, p)
		}
	}
	return found
}
