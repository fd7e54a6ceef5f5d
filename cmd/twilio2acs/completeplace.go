package main

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// sources are Twilio and the snapshots that there are.
func (c completion) sources(cmd *cobra.Command, args []string, begin string) ([]string, cobra.ShellCompDirective) {
	words, directive := snapshots(cmd, args, begin)
	if strings.HasPrefix(liveTwilio, begin) {
		words = append(words, cobra.CompletionWithDesc(liveTwilio, "the account that the environment names"))
	}
	return words, directive
}

// snapshots are the directories that hold one, and those on the way to others.
func snapshots(_ *cobra.Command, _ []string, begin string) ([]string, cobra.ShellCompDirective) {
	var words []string
	directive := cobra.ShellCompDirectiveNoFileComp
	for _, dir := range directories(begin) {
		if isSnapshot(dir) {
			words = append(words, cobra.CompletionWithDesc(dir, "a snapshot"))
			continue
		}
		words = append(words, dir+string(filepath.Separator))
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return words, directive
}

// places are words, of which those that end in a colon want more behind it: local: a
// directory. The empty word stands for a directory by itself.
func places(words ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begin string) ([]string, cobra.ShellCompDirective) {
		var offered []string
		directive := cobra.ShellCompDirectiveNoFileComp
		for _, word := range words {
			path, inside := strings.CutPrefix(begin, word)
			switch {
			case inside && (word == "local:" || word == ""):
				for _, dir := range directories(path) {
					offered = append(offered, word+dir)
				}
				directive |= cobra.ShellCompDirectiveNoSpace // there may be more below it
			case word != "" && strings.HasPrefix(word, begin):
				offered = append(offered, word)
				if strings.HasSuffix(word, ":") {
					directive |= cobra.ShellCompDirectiveNoSpace
				}
			}
		}
		return offered, directive
	}
}

// directories are those whose path begins with begin. Hidden ones are there for those
// who ask for them.
func directories(begin string) []string {
	parent, name := filepath.Split(begin)
	entries, err := os.ReadDir(cmp.Or(parent, "."))
	if err != nil {
		return nil // where nothing can be read there is nothing to offer
	}
	var found []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), name) || name == "" && strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if info, err := os.Stat(parent + e.Name()); err == nil && info.IsDir() { // not e: it may be a link
			found = append(found, parent+e.Name())
		}
	}
	return found
}
