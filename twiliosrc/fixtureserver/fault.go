package fixtureserver

import "time"

// Mode is how something goes wrong.
type Mode string

// The modes that answers have.
const (
	// FaultThrottle answers 429 with Twilio's code 20429.
	FaultThrottle Mode = "429"
	// FaultUnavailable answers 503 with a page of HTML, as a proxy does.
	FaultUnavailable Mode = "503"
	// FaultUnavailableEmpty answers 503 with nothing.
	FaultUnavailableEmpty Mode = "503-empty"
	// FaultReset resets the connection in the middle of the answer.
	FaultReset Mode = "reset"
	// FaultSlow answers after Delay.
	FaultSlow Mode = "slow"
)

// The modes that files have.
const (
	// FaultExpired refuses a signed URL as if its time had passed.
	FaultExpired Mode = "expired"
	// FaultTruncated ends the connection in the middle of a file.
	FaultTruncated Mode = "truncated"
	// FaultShortened sends half of a file as if it were the whole.
	FaultShortened Mode = "shortened"
)

// The modes that lists have. The account changes while it is read: after a page
// behind which there is another one, at most once in each list.
const (
	// FaultDelete deletes the last resource of the page for good.
	FaultDelete Mode = "delete"
	// FaultEdit edits the last resource of the page.
	FaultEdit Mode = "edit"
	// FaultInsert lets the newest resource appear only after the first page of
	// a list that nobody has read before: messages at the end, which only a
	// list in descending order notices, anything else at the front.
	FaultInsert Mode = "insert"
	// FaultShortPage leaves things on a page to the next one.
	FaultShortPage Mode = "short"
	// FaultEmptyPage makes an empty page the last one.
	FaultEmptyPage Mode = "empty"
)

// A Fault makes requests go wrong. The zero value of a field restricts nothing,
// but Mode must be set.
type Fault struct {
	Mode Mode
	// Resource is what is struck. Empty means files for the modes that only
	// files have, messages for those that change a list, and otherwise
	// everything.
	Resource Resource

	// RetryAfter is the header of a 429 and 503, in whole seconds. 0 sends none.
	RetryAfter time.Duration
	// Delay of a slow answer. 0 means 11 s, longer than twilio-go waits.
	Delay time.Duration
	// Items is how many a short page holds at most. 0 means half of PageSize.
	Items int
	// Offset makes page tokens of the resource count items, as old APIs of
	// Twilio did: what is deleted or inserted before a page shifts it, so that
	// something is missed or met twice. Otherwise a token is a fixed place.
	Offset bool

	Probability float64 // of striking where it fits; 0 means 1
	Skip        int     // lets it fit so often first
	Times       int     // strikes so often, then no more; 0 means always
}

// slowDelay is past the 10 s after which twilio-go gives up.
const slowDelay = 11 * time.Second

func (f Fault) withDefaults() Fault {
	if f.Delay == 0 {
		f.Delay = slowDelay
	}
	if f.Resource == "" {
		f.Resource = f.Mode.usual()
	}
	return f
}

// usual is the resource that a mode is about unless said; empty for all.
func (m Mode) usual() Resource {
	switch m {
	case FaultExpired, FaultTruncated, FaultShortened:
		return ResourceFiles
	case FaultDelete, FaultEdit, FaultInsert:
		return ResourceMessages
	}
	return ""
}

// ofAnswer reports whether m is a mode of answers or files.
func (m Mode) ofAnswer() bool {
	switch m {
	case FaultThrottle, FaultUnavailable, FaultUnavailableEmpty, FaultReset, FaultSlow,
		FaultExpired, FaultTruncated, FaultShortened:
		return true
	}
	return false
}

// ofList reports whether m is a mode of lists.
func (m Mode) ofList() bool {
	switch m {
	case FaultDelete, FaultEdit, FaultInsert, FaultShortPage, FaultEmptyPage:
		return true
	}
	return false
}
