// Package acsdest is a client for Azure Communication Services (ACS) Chat and
// Identity.
//
// [Identity] creates communication users and issues their access tokens, with
// the access key of a resource or with a Microsoft Entra credential. [Chat] has
// every operation of chat threads, each carried out as one user: ACS knows no
// administrator, so whoever writes is a member of the thread and sends with a
// token of their own. [Tokens] keeps those tokens fresh.
//
//	conn, err := acsdest.ParseConnectionString(os.Getenv("ACS_CONNECTION_STRING"))
//	…
//	identity, err := acsdest.NewIdentity(conn, nil)
//	…
//	tokens := acsdest.NewTokens(identity, nil)
//	chat, err := acsdest.NewChat(conn.Endpoint, tokens, nil)
//
// # Outcomes
//
// ACS cannot be asked to do something only once: apart from the creation of a
// thread, no call has a key by which the service recognises a repetition. Every
// error of a call is therefore an [*Error] whose [Outcome] says what is known:
// the call was certainly not carried out, it was carried out although its answer
// could not be read, or nobody can tell. Nothing is repeated behind the caller's
// back. [ClientOptions.Retry] repeats reads and calls that were certainly not
// carried out; one exception needs no asking: a call refused with 401 is made
// once more with a fresh token.
//
// # Lists
//
// Every list comes as an iterator, and as a pager for callers who need pages.
// The service orders messages by their last change, newest first.
package acsdest
