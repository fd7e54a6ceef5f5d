// Package identities is the table in which people decide about people: a CSV file
// with a line for each person of Twilio, which is exported, edited in whatever
// editor, and imported.
package identities
