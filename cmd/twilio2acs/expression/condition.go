package expression

import (
	"fmt"

	"cel.dev/cel-go/cel"
)

// A Condition says which items of a scope are meant. It satisfies pflag.Value. The zero
// value is no condition. Once set it may be used by several goroutines.
type Condition[S Scope] struct{ program program }

// String is the expression.
func (c *Condition[S]) String() string { return c.program.text }

// Type is what help shows as the kind of value.
func (c *Condition[S]) Type() string { return "expression" }

// Set compiles an expression, which must be true or false. The empty one is no
// condition. The error is a *SyntaxError where one place in it is to blame.
func (c *Condition[S]) Set(text string) error {
	var scope S
	isBool := func(t *cel.Type) bool { return t.IsExactType(cel.BoolType) }
	p, err := compile(text, scope.names(), isBool, "true or false")
	if err == nil {
		c.program = p
	}
	return err
}

// IsSet reports whether there is a condition.
func (c *Condition[S]) IsSet() bool { return c.program.run != nil }

// Meets reports whether an item meets the condition. An error is that it cannot be
// answered, which is never a no.
func (c *Condition[S]) Meets(about S) (bool, error) {
	result, err := c.program.evaluate(about)
	if err != nil {
		return false, err
	}
	if yes, ok := result.Value().(bool); ok {
		return yes, nil
	}
	return false, &EvaluationError{Problem: fmt.Sprintf("it is %s, but must be true or false", result.Type().TypeName())}
}
