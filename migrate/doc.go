// Package migrate is the engine: it reads conversations from a Source, drafts
// them with mapping.Rules and writes them to ACS, so that every message arrives
// exactly once, in order and under its author, whatever crashes.
//
// # The guarantee
//
// When a run ends with every conversation done, each thread holds each message
// of its conversation once, in the order of their indexes, sent by the
// communication user of its author; its members are those of the conversation;
// and no further run writes anything until something changes in Twilio. This
// holds however often earlier runs were killed, lost their connection or were
// refused, and whatever people write in the threads meanwhile, provided that
//
//   - one process at a time works with a ledger, and nobody gives two ledgers
//     the same source and destination;
//   - a request that has not been carried out within Options.Settle after its
//     connection ended never will be;
//   - a message that ACS has acknowledged appears in the list of its thread
//     within Options.Settle;
//   - nobody else writes messages with this program's metadata keys.
//
// Where the second of these is broken while a run goes on, the double is found
// and deleted, and Report.Doubles counts it. What is broken later Verify finds.
// A message that came to light only after later ones had been sent stands behind
// them, and is reported as out of order.
//
// Identities are the exception: ACS has neither a key for their creation nor a
// way to look them up. One whose creation got no answer may stay behind unused,
// and is reported.
//
// # The protocol
//
// One worker at a time writes to a thread, with one message in flight. What is
// noted before a call is on disk before the call is made.
//
//   - Decisions about people stand in the ledger before a run. Of whoever is erased
//     nothing is left in the source as the engine sees it; whoever is said to be a
//     user of ACS already is looked for before the first write, and never deleted.
//   - Users. That a creation is begun is noted before it, the ID after it. A
//     creation that may have been carried out counts as one identity unused, and
//     another is made.
//   - Threads. The creation key, creator and exact body are noted before the
//     first attempt. Within Options.KeyLife the same key may be repeated and gives
//     the same thread; after it the thread is looked for among those of its
//     creator. What ACS did not take of the members is added and read back.
//   - Participants. Those who are known to write are there from the creation,
//     others join when they first write, and whoever wrote nothing joins before
//     the last message. Authors who are no participants, and the keeper, are
//     noted as temporary before they are added, and leave before the last
//     message unless it is theirs. Adding twice does no harm; whether a removal
//     was done the list of members tells, once no earlier call can change it.
//   - Messages. Every message carries its SID and part. When the outcome of a
//     send is not known, the thread is read until the message is found or has
//     been absent for Options.Settle; only then is it sent again, and noted as
//     doubtful, so that the thread is read once more before it is done.
//     Acknowledgements may reach the ledger late or never: before the first send
//     to a thread that an earlier process may have written to, what stands above
//     the last one acknowledged is read and adopted, if sender, SID, part and
//     content are the expected ones. Anything else that carries our keys parks
//     the conversation as open.
//   - Parts. How a long message is cut is noted before its first part. If it has
//     changed in Twilio before the last one, those sent are deleted and it
//     starts again.
//   - Files and sidecars are stored under fixed keys before the message or
//     thread that names them, and noted after; storing twice does no harm.
//   - Read receipts follow the message they point at, or, for whoever joins at
//     the end, the whole history; ACS keeps one mark a member. Later ones are
//     sent only past the mark that the member has set.
//   - Edits. What stands is read first. If it is what is wanted nothing is
//     written, if somebody changed it in ACS it is left alone, else it is
//     changed; the new state is noted after. Until then the next run does the
//     same again.
//   - Deletions. What a list does not show is asked for by itself, and counts as
//     gone when Twilio says so. Nothing is deleted on the word of a source that is
//     damaged or shows a part only, nothing that people changed, no thread in which
//     they have written, and never more than Options.MaxDelete.
//   - Selection. A message that an expression leaves out is not begun, and no index is
//     waited for. What has been carried stays in step whatever the expression says of
//     it later: it is neither deleted nor does it count as gone. One that comes to be
//     selected is sent in its place, or behind later ones, as late.
//   - Inbox order. Lists of chats are sorted by last activity. On the first full load
//     the newest message of every conversation that is not closed is held back: the
//     conversation is noted as done, with the time of that message as Held. At the
//     end a sync of each sends it, in the order of these times in the list of every
//     member. A sync that finds it missing does so in any case, so that nothing
//     depends on it that a crash could break.
//   - Rollback. A thread is deleted once all of it stands in an inventory on the
//     disk and its deletion is noted, a user once no thread is left that needs it
//     and that is noted. Whether a call was carried out that got no answer, reading
//     tells; what is forgotten in the ledger is gone in ACS.
//
// After a process that did not end by itself, nothing but messages is written
// to a thread of its before Options.Settle has passed, and messages only after
// it was read that long.
//
// # The pace
//
// A Schedule decides which call may be made next, and when: it knows no clock, so
// that Scheduler drives it with the real one, and Predict and tests with a virtual
// one. A call counts against the published limits from its sending until a window
// after its answer, within which the service must have counted it; so nothing is
// refused however long calls travel. A line decides which conversation is begun
// next. Twenty thousand may be in progress at once, each waiting for its own thread.
package migrate
