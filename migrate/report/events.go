package report

import (
	"maps"
	"slices"
	"strings"
)

// Events is what a run sets off on the side of ACS, where an application or a
// function listens: ACS announces what is migrated as if it were new. The numbers
// are upper bounds, because members who never wrote join last.
type Events struct {
	// EventGrid are the events, by type (Microsoft.Communication.…).
	EventGrid []EventCount `json:"eventGrid"`
	Total     int64        `json:"total"`
	// Push are the notifications to clients that listen meanwhile: one of each
	// message to each other member.
	Push int64 `json:"pushNotifications"`
	// System are messages that ACS itself writes into the threads.
	System int64 `json:"systemMessages"`
	// Quiet says how to keep it down.
	Quiet []string `json:"quiet,omitempty"`
}

// EventCount is how many events of a type come.
type EventCount struct {
	Type  string `json:"type"`
	Count int64  `json:"count"`
}

// The types of events that a run sets off, without their common prefix. Of those
// "in thread" and of threads there is one each, of the others one to every member
// but who did it.
const (
	eventReceived         = "ChatMessageReceived"
	eventReceivedInThread = "ChatMessageReceivedInThread"
	eventEdited           = "ChatMessageEdited"
	eventEditedInThread   = "ChatMessageEditedInThread"
	eventDeleted          = "ChatMessageDeleted"
	eventDeletedInThread  = "ChatMessageDeletedInThread"
	eventCreated          = "ChatThreadCreated"
	eventCreatedWithUser  = "ChatThreadCreatedWithUser"
	eventUpdated          = "ChatThreadPropertiesUpdated"
	eventUpdatedPerUser   = "ChatThreadPropertiesUpdatedPerUser"
	eventAdded            = "ChatThreadParticipantAdded"
	eventAddedWithUser    = "ChatParticipantAddedToThreadWithUser"
	eventRemoved          = "ChatThreadParticipantRemoved"
	eventRemovedWithUser  = "ChatParticipantRemovedFromThreadWithUser"
	eventThreadDeleted    = "ChatThreadDeleted"
	eventThreadDeletedFor = "ChatThreadWithUserDeleted"
)

const eventPrefix = "Microsoft.Communication."

// howToQuiet is what keeps events from doing harm.
var howToQuiet = []string{
	"disable the Event Grid subscriptions of the ACS resource for the time of the run, or filter out what has twilioMessageSid in its metadata",
	"let applications sign in only afterwards: clients that do not listen yet are not notified",
}

// announcements counts events.
type announcements struct {
	counts map[string]int64
	system int64
}

func newAnnouncements() *announcements { return &announcements{counts: make(map[string]int64)} }

// note counts n things that happen in a thread of so many members: an event each
// for the thread, and one for every member but who did it.
func (a *announcements) note(inThread, perUser string, n, members int64) {
	a.counts[inThread] += n
	a.counts[perUser] += n * max(0, members-1)
}

func (a *announcements) events() Events {
	e := Events{EventGrid: []EventCount{}, Push: a.counts[eventReceived], System: a.system}
	for _, t := range slices.SortedFunc(maps.Keys(a.counts), strings.Compare) {
		if n := a.counts[t]; n > 0 {
			e.EventGrid = append(e.EventGrid, EventCount{eventPrefix + t, n})
			e.Total += n
		}
	}
	if e.Total > 0 {
		e.Quiet = howToQuiet
	}
	return e
}
