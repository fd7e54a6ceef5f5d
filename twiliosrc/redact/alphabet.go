package redact

import (
	"cmp"
	"slices"
	"sort"
	"sync"
	"unicode"
	"unicode/utf8"
)

// alphabet is a set of characters that may stand for one another: the letters or
// digits of one script and one category (upper case, lower case, neither, …)
// that are equally long in UTF-8. So they are in UTF-16.
type alphabet struct {
	size int32
	runs []run // ascending
}

// run is a stretch of neighbouring code points in an alphabet.
type run struct {
	first  rune
	size   int32
	before int32 // characters in earlier runs
	in     *alphabet
}

// add appends a character above all that are there.
func (a *alphabet) add(r rune) {
	if n := len(a.runs); n > 0 && a.runs[n-1].first+a.runs[n-1].size == r {
		a.runs[n-1].size++
	} else {
		a.runs = append(a.runs, run{first: r, size: 1, before: a.size, in: a})
	}
	a.size++
}

// at is the character at a place from 0.
func (a *alphabet) at(i int32) rune {
	n := sort.Search(len(a.runs), func(n int) bool { return a.runs[n].before > i }) - 1
	return a.runs[n].first + i - a.runs[n].before
}

// leading are the digits that a number of several digits begins with.
var leading = func() *alphabet {
	var a alphabet
	for r := '1'; r <= '9'; r++ {
		a.add(r)
	}
	return &a
}()

// alphabets are the runs of all alphabets, ascending. Together they hold every
// letter and every decimal digit once.
var alphabets = sync.OnceValue(func() []run {
	sorts := make(map[characterSort]*alphabet)
	scripts := scriptRuns()
	for category, table := range replaceable {
		eachRune(table, func(r rune) {
			s := characterSort{scripts.of(r), category, utf8.RuneLen(r)}
			if sorts[s] == nil {
				sorts[s] = new(alphabet)
			}
			sorts[s].add(r)
		})
	}
	var all []run
	for _, a := range sorts {
		all = append(all, a.runs...)
	}
	slices.SortFunc(all, func(a, b run) int { return cmp.Compare(a.first, b.first) })
	return all
})

// replaceable are the categories of which text is made.
var replaceable = []*unicode.RangeTable{unicode.Lu, unicode.Ll, unicode.Lt, unicode.Lm, unicode.Lo, unicode.Nd}

// characterSort is what the characters of an alphabet have in common.
type characterSort struct {
	script   string
	category int // index of replaceable
	width    int // bytes of UTF-8
}

// placeOf finds the alphabet of r and the place of r in it. It is nil for what
// is neither letter nor digit.
func placeOf(r rune) (*alphabet, int32) {
	all := alphabets()
	n := sort.Search(len(all), func(n int) bool { return all[n].first > r }) - 1
	if n < 0 || r >= all[n].first+all[n].size {
		return nil, 0
	}
	return all[n].in, all[n].before + r - all[n].first
}

// scriptRun is a stretch of code points of one script.
type scriptRun struct {
	first, last rune
	script      string
}

type scriptTable []scriptRun

func scriptRuns() scriptTable {
	var t scriptTable
	for script, table := range unicode.Scripts {
		eachRune(table, func(r rune) {
			if n := len(t); n > 0 && t[n-1].script == script && t[n-1].last+1 == r {
				t[n-1].last = r
			} else {
				t = append(t, scriptRun{r, r, script})
			}
		})
	}
	slices.SortFunc(t, func(a, b scriptRun) int { return cmp.Compare(a.first, b.first) })
	return t
}

// of is the script of r, empty if it has none.
func (t scriptTable) of(r rune) string {
	n := sort.Search(len(t), func(n int) bool { return t[n].first > r }) - 1
	if n < 0 || r > t[n].last {
		return ""
	}
	return t[n].script
}

// eachRune calls f for the code points of a table, ascending.
func eachRune(table *unicode.RangeTable, f func(rune)) {
	for _, s := range table.R16 {
		for r := rune(s.Lo); r <= rune(s.Hi); r += rune(s.Stride) {
			f(r)
		}
	}
	for _, s := range table.R32 {
		for r := rune(s.Lo); r <= rune(s.Hi); r += rune(s.Stride) {
			f(r)
		}
	}
}
