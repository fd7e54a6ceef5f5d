package expression

import (
	"encoding/json"
	"maps"
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// attributes are the JSON in text; text itself where it is none.
func attributes(text string) ref.Val {
	if text == "" {
		text = "{}"
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return types.String(text)
	}
	return value(v)
}

// value is a JSON value for an expression.
func value(v any) ref.Val {
	adapter := types.DefaultTypeAdapter
	switch v := v.(type) {
	case map[string]any:
		m := object{keys: make([]ref.Val, 0, len(v))}
		entries := make(map[ref.Val]ref.Val, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			m.keys = append(m.keys, types.String(key))
			entries[types.String(key)] = value(v[key])
		}
		m.Mapper = types.NewRefValMap(adapter, entries)
		return m
	case []any:
		items := make([]ref.Val, len(v))
		for i, item := range v {
			items[i] = value(item)
		}
		return types.NewRefValList(adapter, items)
	}
	return adapter.NativeToValue(v)
}

// object is a JSON object whose keys are gone through in the same order every time:
// what an expression makes of a message must never change by itself.
type object struct {
	traits.Mapper
	keys []ref.Val // sorted
}

// Iterator goes through the keys.
func (o object) Iterator() traits.Iterator {
	return types.NewRefValList(types.DefaultTypeAdapter, o.keys).Iterator()
}
