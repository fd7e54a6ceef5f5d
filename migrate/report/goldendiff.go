package report

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// goldenDiff compares documents field by field. Unless whole is set, it shows
// where values part, and the beginning of what is there on one side only.
type goldenDiff struct {
	document []string // begins every path
	whole    bool
	found    []GoldenDifference
}

// place is where in a document something stands: its path, and the same without
// the names of items.
type place struct{ path, field []string }

func (p place) at(key string) place { return p.as(key, key) }

// each is an item: an element of a list, or of a map whose keys are names.
func (p place) each(name string) place { return p.as(name, "*") }

func (p place) as(element, field string) place {
	return place{append(slices.Clip(p.path), element), append(slices.Clip(p.field), field)}
}

// hasItems reports whether p is a map whose keys are names of items.
func (p place) hasItems() bool {
	return len(p.field) == 1 && (p.field[0] == "files" || p.field[0] == "users")
}

// absent stands for a value that is not there, which null would be.
type absent struct{}

func (d *goldenDiff) compare(at place, want, got any) {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			d.objects(at, w, g)
			return
		}
	case []any:
		if g, ok := got.([]any); ok {
			d.lists(at, w, g)
			return
		}
	}
	if !reflect.DeepEqual(want, got) {
		d.differ(at, want, got)
	}
}

func (d *goldenDiff) differ(at place, want, got any) {
	f := GoldenDifference{
		Path:  migrate.PathOf(slices.Concat(d.document, at.path)...),
		Where: lineOf(strings.Join(at.path, "/"), true), Field: lineOf(strings.Join(at.field, "/"), true),
	}
	w, wasText := want.(string)
	g, isText := got.(string)
	if wasText && isText {
		f.Want, f.Got = texts(w, g, d.whole)
	} else {
		f.Want, f.Got = linesOf(want, d.whole), linesOf(got, d.whole)
	}
	d.found = append(d.found, f)
}

func (d *goldenDiff) objects(at place, want, got map[string]any) {
	keys := slices.Concat(slices.Collect(maps.Keys(want)), slices.Collect(maps.Keys(got)))
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		inner := at.at(k)
		if at.hasItems() {
			inner = at.each(k)
		}
		d.compare(inner, valueOf(want, k), valueOf(got, k))
	}
}

func valueOf(object map[string]any, key string) any {
	if v, ok := object[key]; ok {
		return v
	}
	return absent{}
}

// lists compares elements that bear the same name, and then their order; elements
// without names are compared one by one.
func (d *goldenDiff) lists(at place, want, got []any) {
	wanted, wantOrder, wereNamed := named(want)
	found, gotOrder, areNamed := named(got)
	if !wereNamed || !areNamed {
		for i := range max(len(want), len(got)) {
			d.compare(at.each(strconv.Itoa(i)), elementOf(want, i), elementOf(got, i))
		}
		return
	}
	for _, name := range wantOrder {
		d.compare(at.each(name), wanted[name], valueOf(found, name))
	}
	for _, name := range gotOrder {
		if _, ok := wanted[name]; !ok {
			d.compare(at.each(name), absent{}, found[name])
		}
	}
	d.order(at, common(wantOrder, found), common(gotOrder, wanted))
}

func elementOf(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return absent{}
}

// order compares in which order those come that both lists have.
func (d *goldenDiff) order(at place, want, got []string) {
	for i := range want {
		if want[i] != got[i] {
			d.differ(at.at("order"), want[i], got[i])
			return
		}
	}
}

// common are those of names that the other list has, too.
func common(names []string, other map[string]any) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return valueOf(other, n) == any(absent{}) })
}

// naming are the fields that tell the elements of a list apart.
var naming = []string{"id", "user", "code", "item"}

// named finds the elements of a list by name. It reports false unless all of them
// have one, and each another.
func named(list []any) (byName map[string]any, order []string, ok bool) {
	byName = make(map[string]any, len(list))
	for _, element := range list {
		name := elementName(element)
		if _, again := byName[name]; name == "" || again {
			return nil, nil, false
		}
		byName[name] = element
		order = append(order, name)
	}
	return byName, order, true
}

// elementName is empty where an element has no name.
func elementName(element any) string {
	object, _ := element.(map[string]any)
	for _, key := range naming {
		if name, _ := object[key].(string); name != "" {
			return name
		}
	}
	return ""
}
