// Package night remembers the night of a switch: how far it has come, in a journal that
// the program reads, and what was done, in a protocol that people read. Both survive
// the end of the process at any moment: a night goes on where it stopped.
package night
