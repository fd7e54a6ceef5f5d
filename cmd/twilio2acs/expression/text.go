package expression

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// A Text makes a text of items of a scope. It satisfies pflag.Value. The zero value
// makes none. Once set it may be used by several goroutines.
type Text[S Scope] struct{ program program }

// String is the expression.
func (t *Text[S]) String() string { return t.program.text }

// Type is what help shows as the kind of value.
func (t *Text[S]) Type() string { return "expression" }

// Set compiles an expression whose result can be shown: a text, a number, true or
// false, a time, or something optional. The empty one makes no text. The error is a
// *SyntaxError where one place in it is to blame.
func (t *Text[S]) Set(text string) error {
	var scope S
	p, err := compile(text, scope.names(), isShown, "a text")
	if err == nil {
		t.program = p
	}
	return err
}

// IsSet reports whether there is an expression.
func (t *Text[S]) IsSet() bool { return t.program.run != nil }

// isShown reports whether what is of a type can be shown as text.
func isShown(t *cel.Type) bool {
	if t.Kind() == types.OpaqueKind && t.TypeName() == "optional_type" {
		return t.Parameters()[0].IsExactType(cel.DynType) || isShown(t.Parameters()[0])
	}
	return slices.ContainsFunc([]*cel.Type{
		cel.StringType, cel.IntType, cel.UintType, cel.DoubleType, cel.BoolType, cel.TimestampType, cel.NullType,
	}, t.IsExactType)
}

// Of is the text of an item, empty where the result is null or an optional one that
// is not there.
func (t *Text[S]) Of(about S) (string, error) {
	result, err := t.program.evaluate(about)
	if err != nil {
		return "", err
	}
	if optional, ok := result.(*types.Optional); ok {
		if !optional.HasValue() {
			return "", nil
		}
		result = optional.GetValue()
	}
	return shown(result)
}

func shown(result ref.Val) (string, error) {
	if result.Type() == types.NullType {
		return "", nil
	}
	if text, ok := result.ConvertToType(types.StringType).Value().(string); ok {
		return text, nil
	}
	return "", &EvaluationError{Problem: fmt.Sprintf("it is %s, but must be a text", result.Type().TypeName())}
}
