// Package checkpoint is the memory of a migration across crashes: the ledger,
// one bbolt file that says what is done, what was begun, and which ID became
// which. It is bound to what it speaks of, because resuming elsewhere would
// double or mix everything, and it is copied beside itself at every clean end,
// because ACS has no way to look identities up.
//
// # What is on disk when
//
// What Record… notes is on disk, synced, when it returns. Acknowledgements of
// messages wait in memory and go to disk with whatever is committed next, or
// with Flush; so do attempts, which nobody misses, and what NoteThread says, which
// would be found out again. Goroutines that record at the same time share one
// transaction.
//
// # How messages are kept
//
// There may be ten million of them, arriving in any order of conversations, so
// a message has no row of its own. Acknowledgements go to the end of a journal,
// one row for all that a transaction brought, and stay in memory as well, some
// thirty bytes each. NoteThread packs those of one conversation into chunks of up
// to a thousand; when the journal has grown long, all conversations are packed
// and the journal starts again. Opening a ledger reads its journal back.
//
// A message that is amended later, or found later than those behind it, has a
// row of its own that listings merge in. What is packed stays as it was.
//
// # Decisions about people
//
// They are made before a run, and a ledger that holds nothing else is not bound to
// anything yet: the first run binds it. A person who is to use a communication
// user that exists has it from the moment of the decision, marked as adopted.
//
// # Copies
//
// A copy of a ledger, be it the one at [BackupPath] or made by [Ledger.Backup],
// is a ledger in which the key "copy" of the bucket "meta" says when it was
// taken. Put in the place of the ledger it goes on like it, but it does not
// know what was done in ACS after that time: [Reader.Restored] tells so, until
// [Ledger.ClearRestored] notes that all of it has been looked at. Copying the
// file of a ledger by other means, which nothing may have open, leaves no mark;
// neither does moving it, and neither did schema 1.
//
// # Older schemas
//
// Schema 1 had no amendments, attempts and verifications, and of a message's
// source only half the digest. [Open] makes a ledger of today's schema out of it
// in a file beside it, reads that through and puts it in its place; the old one
// keeps the name "run.db.v1". Of the messages it knew nobody can tell any more
// what they were like: their mapping.SourceDigest is zero.
//
// An older version of the mapping may have written some messages otherwise. Its
// ledger is left as it is, for that version to go on with, unless
// [Options].AdoptMapping says to go on all the same.
//
// # Reading while a run goes on
//
// A run keeps everybody else out of the file, and nothing can be read past it:
// bbolt reuses pages that it believes nobody reads. [OpenLive] asks the run for
// a copy instead, by an empty file beside the ledger, ".run.db.copy-1234", and
// [Ledger.AnswerReaders] puts the copy in its place.
//
// # How damage is met
//
// Every value carries a checksum. A ledger is read through before it is written
// to, so that nothing is built on damage; see [DamagedError].
package checkpoint
