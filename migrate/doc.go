// Package migrate is the engine: it reads conversations from a Source, drafts
// them with mapping.Rules and writes them to ACS, so that every message arrives
// exactly once, in order and under its author, whatever crashes.
//
// # The guarantee
//
// When a run ends with every conversation done, each thread holds each message
// of its conversation once, in the order of their indexes, sent by the
// communication user of its author. This holds however often earlier runs were
// killed or lost their connection, provided that
//
//   - one process at a time works with a ledger, and nobody gives two ledgers
//     the same source and destination;
//   - a request that has not been carried out within Options.Settle after its
//     connection ended never will be;
//   - a message that ACS has acknowledged appears in the list of its thread
//     within Options.Settle.
//
// # The protocol
//
// ACS creates a thread at most once per creation key, but has no such key for
// messages. So the thread itself is the record: every message carries its
// Twilio SID and part in its metadata, there is one writer per thread with one
// message in flight, and whenever the outcome of a send is not known the thread
// is read and the message looked for before it is sent again. The same reading
// comes before the first send to a thread that an earlier process may have
// written to, so acknowledgements may reach the ledger late or never.
//
// What has no such witness is on disk before it is used: that an identity is
// about to be created and which it became, the creation key, creator and exact
// body of a thread, its ID, the parts a long message is cut into, and which
// members are there only while the history is written.
package migrate
