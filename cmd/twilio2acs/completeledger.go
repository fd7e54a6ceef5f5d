package main

import (
	"iter"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// A shell waits for completions with every key that is pressed, so that little is
// read for them: nobody looks through more words than maxOffered, and of things that
// are not ordered by what is asked for, no more than maxLookedAt are seen. Nor is a
// ledger waited for that a run is at work with: its copy tells what was there before.
const (
	maxOffered   = 200
	maxLookedAt  = 20_000
	completeWait = 50 * time.Millisecond
)

// ledger opens the ledger that cmd would use, for reading; nil where there is none.
func (c completion) ledger(cmd *cobra.Command) *checkpoint.Reader {
	if conf, err := configuration(cmd, c.s); err == nil {
		_ = conf.Apply(configured(cmd)) // a mistake in it is for the command to tell of
	}
	path := defaultState
	if f := cmd.Flags().Lookup("state"); f != nil {
		path = f.Value.String()
	}
	for _, path := range []string{path, checkpoint.BackupPath(path)} {
		r, err := checkpoint.OpenReader(path, &checkpoint.Options{LockTimeout: completeWait})
		switch {
		case err != nil:
		case r.Exists():
			return r
		default:
			_ = r.Close() // there is nothing to close
		}
	}
	return nil
}

// offer gathers the words that f finds in the ledger that cmd would use, each of them
// once.
func (c completion) offer(cmd *cobra.Command, f func(*checkpoint.Reader) iter.Seq2[string, string]) ([]string, cobra.ShellCompDirective) {
	r := c.ledger(cmd)
	if r == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer r.Close()
	var words []string
	seen := make(map[string]bool)
	for word, description := range f(r) {
		if seen[word] {
			continue
		}
		seen[word] = true
		words = append(words, cobra.CompletionWithDesc(word, description))
		if len(words) == maxOffered {
			break
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// conversations are the SIDs of the conversations in the ledger.
func (c completion) conversations(cmd *cobra.Command, _ []string, begin string) ([]string, cobra.ShellCompDirective) {
	return c.offer(cmd, func(r *checkpoint.Reader) iter.Seq2[string, string] {
		return named(r.ThreadsNamed(begin), begin, func(t mapping.ThreadRecord) (string, string) {
			return string(t.Conversation), string(t.Status)
		})
	})
}

// items are what explain knows without reading every message: conversations, and by
// the beginnings of their IDs threads and users of ACS.
func (c completion) items(cmd *cobra.Command, args []string, begin string) ([]string, cobra.ShellCompDirective) {
	switch {
	case strings.HasPrefix(begin, "19:"):
		return c.offer(cmd, func(r *checkpoint.Reader) iter.Seq2[string, string] {
			return named(r.Threads(), begin, func(t mapping.ThreadRecord) (string, string) {
				return string(t.Thread), string(t.Conversation)
			})
		})
	case strings.HasPrefix(begin, "8:"):
		return c.offer(cmd, func(r *checkpoint.Reader) iter.Seq2[string, string] {
			return named(r.Persons(), begin, func(p mapping.PersonRecord) (string, string) {
				return string(p.ID), string(p.Key.Kind)
			})
		})
	}
	return c.conversations(cmd, args, begin)
}

// identities are the users of Twilio in the ledger.
func (c completion) identities(cmd *cobra.Command, _ []string, begin string) ([]string, cobra.ShellCompDirective) {
	return c.offer(cmd, func(r *checkpoint.Reader) iter.Seq2[string, string] {
		return named(r.PersonsOf(mapping.PersonUser), begin, func(p mapping.PersonRecord) (string, string) {
			return p.Key.Name, string(p.Key.Service)
		})
	})
}

// services are those of the conversations in the ledger.
func (c completion) services(cmd *cobra.Command, _ []string, begin string) ([]string, cobra.ShellCompDirective) {
	return c.offer(cmd, func(r *checkpoint.Reader) iter.Seq2[string, string] {
		return named(r.Threads(), begin, func(t mapping.ThreadRecord) (string, string) { return string(t.Service), "" })
	})
}

// named are the words for the first of records, with descriptions, as far as they
// begin with begin and are printed on one line.
func named[T any](records iter.Seq2[T, error], begin string, word func(T) (word, description string)) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		seen := 0
		for record, err := range records {
			if seen++; err != nil || seen > maxLookedAt {
				return
			}
			w, description := word(record)
			if w == "" || !strings.HasPrefix(w, begin) || strings.ContainsFunc(w+description, unicode.IsControl) {
				continue
			}
			if !yield(w, description) {
				return
			}
		}
	}
}
