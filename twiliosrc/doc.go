// Package twiliosrc reads the conversations of a Twilio account: live through
// Client, or from a recorded directory through Snapshot. Both answer the same
// calls with the same items, those of one list in the same order, so that
// whatever works on a recording works on the account it was made from. Neither
// ever writes to Twilio. A Recorder makes a recording of either.
//
// A Selection narrows both to some of the conversations. An account that changes
// while it is read is still read completely: Client.Messages says how.
//
// Every item carries the resource as Twilio returned it (Raw), unknown fields
// included. One item that cannot be read is a *mapping.DamagedError and spoils
// itself or its conversation; the listing goes on.
package twiliosrc
