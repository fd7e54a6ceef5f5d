// Package limits holds the published rate limits of Azure Communication
// Services as data. The scheduler keeps within them and the embedded service
// enforces them, so that both read the same table.
package limits

import (
	"iter"
	"time"
)

// Operation is a call, or a family of calls that share a limit.
type Operation string

// The operations that have a published limit.
const (
	CreateThread       Operation = "create thread"
	DeleteThread       Operation = "delete thread"
	UpdateThread       Operation = "update thread"
	AddParticipants    Operation = "add participants"
	RemoveParticipant  Operation = "remove participant"
	GetThread          Operation = "get thread"
	ListThreads        Operation = "list threads"
	GetMessage         Operation = "get message"
	ListMessages       Operation = "list messages"
	ListReadReceipts   Operation = "list read receipts"
	ListParticipants   Operation = "list participants"
	SendMessage        Operation = "send message"
	UpdateMessage      Operation = "update message"
	DeleteMessage      Operation = "delete message"
	SendReadReceipt    Operation = "send read receipt"
	SendTyping         Operation = "send typing notification"
	CreateIdentity     Operation = "create identity"
	CreateUserAndToken Operation = "create identity and token"
	DeleteIdentity     Operation = "delete identity"
	IssueToken         Operation = "issue token"
	RevokeTokens       Operation = "revoke tokens"
)

// Scope is what a limit is counted over.
type Scope string

// The scopes of the published rows.
const (
	PerUser          Scope = "user"
	PerThread        Scope = "thread"
	PerUserAndThread Scope = "user and thread"
	PerResource      Scope = "resource"
)

// Row is one published limit: at most Count calls of all Operations together in
// any Window, for one instance of Scope. Refused calls count too.
type Row struct {
	Name       string // unique
	Operations []Operation
	Scope      Scope
	Count      int
	Window     time.Duration
	Source     string // where the number was published
}

const (
	chatPage     = "learn.microsoft.com/azure/communication-services/concepts/service-limits, Chat"
	resourceRows = "MicrosoftDocs/azure-docs pull 127090, per-resource rows"
	identityPage = "learn.microsoft.com/azure/communication-services/concepts/service-limits, Identity"

	burst      = 10 * time.Second
	minute     = time.Minute
	halfMinute = 30 * time.Second
)

var published = []Row{
	{"create thread, user", []Operation{CreateThread}, PerUser, 10, burst, chatPage},
	{"create thread, resource", []Operation{CreateThread}, PerResource, 3000, minute, resourceRows},
	{"delete thread, user", []Operation{DeleteThread}, PerUser, 10, burst, chatPage},
	{"update thread", []Operation{UpdateThread}, PerThread, 5, burst, chatPage},
	{"members, 10 s", []Operation{AddParticipants, RemoveParticipant}, PerThread, 10, burst, chatPage},
	{"members, minute", []Operation{AddParticipants, RemoveParticipant}, PerThread, 30, minute, chatPage},
	{"add participants, resource", []Operation{AddParticipants}, PerResource, 3000, minute, resourceRows},
	{"get thread", []Operation{GetThread, ListThreads}, PerUser, 50, burst, chatPage},
	{"get message, user", []Operation{GetMessage}, PerUserAndThread, 50, burst, chatPage},
	{"get message, thread", []Operation{GetMessage}, PerThread, 250, burst, chatPage},
	{"list messages, user, 10 s", []Operation{ListMessages}, PerUserAndThread, 50, burst, chatPage},
	{"list messages, user, minute", []Operation{ListMessages}, PerUserAndThread, 200, minute, chatPage},
	{"list messages, thread, 10 s", []Operation{ListMessages}, PerThread, 250, burst, chatPage},
	{"list messages, thread, minute", []Operation{ListMessages}, PerThread, 400, minute, chatPage},
	{"list read receipts, user", []Operation{ListReadReceipts}, PerUserAndThread, 5, burst, chatPage},
	{"list read receipts, thread", []Operation{ListReadReceipts}, PerThread, 100, burst, chatPage},
	{"list participants, user", []Operation{ListParticipants}, PerUserAndThread, 10, burst, chatPage},
	{"list participants, thread", []Operation{ListParticipants}, PerThread, 250, burst, chatPage},
	{"messages, 10 s", []Operation{SendMessage, UpdateMessage, DeleteMessage}, PerThread, 10, burst, chatPage},
	{"messages, minute", []Operation{SendMessage, UpdateMessage, DeleteMessage}, PerThread, 30, minute, chatPage},
	{"read receipts, 10 s", []Operation{SendReadReceipt}, PerUserAndThread, 10, burst, chatPage},
	{"read receipts, minute", []Operation{SendReadReceipt}, PerUserAndThread, 30, minute, chatPage},
	{"typing, user, 10 s", []Operation{SendTyping}, PerUserAndThread, 5, burst, chatPage},
	{"typing, user, minute", []Operation{SendTyping}, PerUserAndThread, 15, minute, chatPage},
	{"typing, thread, 10 s", []Operation{SendTyping}, PerThread, 10, burst, chatPage},
	{"typing, thread, minute", []Operation{SendTyping}, PerThread, 30, minute, chatPage},
	{"create identity", []Operation{CreateIdentity}, PerResource, 1000, halfMinute, identityPage},
	{"create identity and token", []Operation{CreateUserAndToken}, PerResource, 1000, halfMinute, identityPage},
	{"delete identity", []Operation{DeleteIdentity}, PerResource, 500, halfMinute, identityPage},
	{"issue token", []Operation{IssueToken}, PerResource, 1000, halfMinute, identityPage},
	{"revoke tokens", []Operation{RevokeTokens}, PerResource, 500, halfMinute, identityPage},
}

var byOperation = func() map[Operation][]*Row {
	m := make(map[Operation][]*Row)
	for i := range published {
		for _, op := range published[i].Operations {
			m[op] = append(m[op], &published[i])
		}
	}
	return m
}()

// For yields the rows that bind op, in the order of the table. A row is the
// same pointer at every call, so that it can key a map of windows.
func For(op Operation) iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		for _, row := range byOperation[op] {
			if !yield(row) {
				return
			}
		}
	}
}

// All yields every published row.
func All() iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		for i := range published {
			if !yield(&published[i]) {
				return
			}
		}
	}
}

// Slowest is the row of op within scope that lets the fewest calls through in the
// long run; nil when none binds it.
func Slowest(op Operation, scope Scope) *Row {
	var slowest *Row
	for _, row := range byOperation[op] {
		if row.Scope != scope {
			continue
		}
		if slowest == nil || int64(row.Count)*int64(slowest.Window) < int64(slowest.Count)*int64(row.Window) {
			slowest = row
		}
	}
	return slowest
}

// Call is one request as the limits see it: whose token it carries and which
// thread it concerns, empty where there is none.
type Call struct {
	Operation Operation
	User      string
	Thread    string
}
