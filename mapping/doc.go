// Package mapping holds the nouns of Twilio Conversations and of ACS Chat and
// decides what becomes of the one as the other: names, texts, metadata, sizes,
// and what is lost.
//
// It is pure: values in, values out, without I/O, clock, goroutine or logger.
// The same source under the same Rules gives the same drafts on every machine,
// which is what lets a run that was killed tell its own messages from others,
// and a rehearsal stand for the real thing.
//
// The way of one conversation:
//
//	ro, losses := rules.Roster(conversation, participants, directory)
//	thread, losses := rules.ChatThread(conversation, ro)
//	message, losses := rules.ChatMessage(ro, twilioMessage, found)
//
// Whatever ACS cannot carry natively is a Loss, and never an error: any input
// maps, within the limits, into valid UTF-8.
package mapping
