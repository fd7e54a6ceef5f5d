// Package redact makes a recording fit to be shown: what people wrote, and what
// they are called, is replaced by letters and digits that mean nothing, and all
// else stays, so that a migration planned from the redacted snapshot is the one
// planned from the original.
//
// # What is replaced
//
// Every string of a resource is people's text unless its form proves that it
// cannot be: a SID, a Twilio URL made of SIDs, a date in a field of dates, a
// word of Twilio's own in a field of such words. Within attributes, rich content
// and fields that this package does not know, keys are people's text too unless
// they are common words of programs, and numbers of five or more digits, which
// may be telephone numbers, lose their digits. Files become pictures of one
// colour with the same dimensions, empty documents, the text they are with other
// words, or nothing but their size.
//
// # What stays
//
// Letters become letters of the same script and case and digits digits, each as
// long in UTF-8 and UTF-16 as it was; marks, white space, punctuation, symbols
// and emoji stay. So lines, JSON, tags, e-mail addresses and telephone numbers
// keep their form, and every resource and file its length to the byte. SIDs,
// dates, indexes, sizes and states stay as they are: they name nobody outside
// the account.
//
// # What is promised
//
// Under one key the same string becomes the same pseudonym wherever it stands as
// a whole string, so that an identity stays the author of its messages. Two
// different strings never become the same one, however short they are: words are
// permuted, not hashed. No run of letters is replaced by itself (but where a
// script has a single letter of a sort), and no run of digits but a lone 0.
//
// # What is not
//
// A pseudonym is no cipher text to publish. Lengths, punctuation, emoji, times
// and who wrote when to whom are plain to see, and equal lines look equal: the
// word with which a line begins always becomes the same. A replaced telephone
// number may be somebody's. Of a text that was cut off in the middle of a word,
// the last word is another than in the whole text. While the key exists all
// replaced text, though no file, can be restored: the key lives beside an
// unfinished recording and is destroyed at its end. It is never kept for the next
// one, because whoever found it could undo every recording that was given away:
// parts that are to agree are recorded from one redacted recording.
package redact
