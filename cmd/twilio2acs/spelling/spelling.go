// Package spelling guesses which word somebody meant who mistyped it.
package spelling

import "github.com/agnivade/levenshtein"

// Nearest is the one of words with the fewest edits from word, the first among
// equals. It is empty where none is near enough for a slip of the hand: two edits,
// or a third of the letters of a long word.
func Nearest(word string, words []string) string {
	nearest, distance := "", max(2, len(word)/3)+1
	for _, w := range words {
		if d := levenshtein.ComputeDistance(word, w); d < distance && d < len(w) {
			nearest, distance = w, d
		}
	}
	return nearest
}

// Hint asks whether the nearest of words was meant, each with the prefix that it has
// where it is typed, such as two dashes. Where none is near, it is otherwise.
func Hint(word string, words []string, prefix, otherwise string) string {
	nearest := Nearest(word, words)
	if nearest == "" {
		return otherwise
	}
	return "did you mean " + prefix + nearest + "?"
}
