// Package emulator is Azure Communication Services Chat and Identity as a local
// server: the destination of rehearsals, of CI replays and of tests.
//
// It speaks the services' REST interface, api-versions 2020-09-21-preview2 to
// 2025-03-15 of Chat and 2021-03-07 to 2026-09-23 of Identity, over TLS with a
// certificate authority of its own, and keeps its state in one bbolt file that
// survives being killed: an answer leaves only after its transaction is on disk.
//
// Where recorded sessions of the real service show a behaviour, the emulator
// shows the same: identifiers that are arrival times, lists ordered by last
// change, sequence numbers that edits and deletions reassign, system messages,
// links to next pages that must be followed verbatim, and three kinds of error
// bodies. Where no recording settles a question, a field of Options chooses the
// side, and its comment says that it is a guess.
//
// The package knows nothing of any client.
package emulator
