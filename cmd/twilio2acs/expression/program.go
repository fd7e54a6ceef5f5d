package expression

import (
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// maxCost bounds the evaluation of an expression for one item, in CEL's units,
// which are about one for each step. It stops comprehensions inside one another
// over large attributes within milliseconds.
const maxCost = 1_000_000

// maxText bounds an expression, in bytes.
const maxText = 16 << 10

// A SyntaxError is a mistake in an expression: one of syntax, of names, or of types.
type SyntaxError struct {
	Character int // where, from 1; of an expression of several lines, in its line
	Line      int // from 1
	Problem   string
}

func (e *SyntaxError) Error() string {
	if e.Line > 1 {
		return fmt.Sprintf("line %d, character %d: %s", e.Line, e.Character, e.Problem)
	}
	return fmt.Sprintf("character %d: %s", e.Character, e.Problem)
}

// An EvaluationError says why an expression has no answer for one item. No text of the
// item is in it.
type EvaluationError struct {
	Character int // of the operation without a result, from 1; 0 where it is not known
	Problem   string
}

func (e *EvaluationError) Error() string {
	if e.Character == 0 {
		return e.Problem
	}
	return fmt.Sprintf("character %d: %s", e.Character, e.Problem)
}

// program is an expression that was compiled. The zero value is none. It may be used
// by several goroutines.
type program struct {
	text string
	ast  *cel.Ast
	run  cel.Program
}

// compile compiles text for variables of these names. Its result must be of a kind
// that fits accepts, or not be known before it is evaluated; wanted says which.
func compile(text string, names []string, fits func(*cel.Type) bool, wanted string) (program, error) {
	if text == "" {
		return program{}, nil
	}
	if len(text) > maxText {
		return program{}, fmt.Errorf("is longer than %d bytes", maxText)
	}
	env, err := environment(names)
	if err != nil {
		return program{}, fmt.Errorf("prepare expressions: %w", err)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		first := issues.Errors()[0]
		return program{}, &SyntaxError{max(first.Location.Column()+1, 1), first.Location.Line(), first.Message}
	}
	if kind := ast.OutputType(); !kind.IsExactType(cel.DynType) && !fits(kind) {
		return program{}, &SyntaxError{1, 1, fmt.Sprintf("is %s, but must be %s", kind, wanted)}
	}
	run, err := env.Program(ast, cel.CostLimit(maxCost))
	if err != nil {
		return program{}, fmt.Errorf("prepare an expression: %w", err)
	}
	return program{text, ast, run}, nil
}

// evaluate is the result for one item.
func (p program) evaluate(s Scope) (ref.Val, error) {
	variables, err := s.variables()
	if err != nil {
		return nil, err
	}
	result, _, err := p.run.Eval(variables)
	if err != nil {
		return nil, p.without(err)
	}
	return result, nil
}

// without says why there is no result, without the values that an error of CEL quotes.
func (p program) without(err error) error {
	e := &EvaluationError{Problem: "it cannot be evaluated"}
	switch text := err.Error(); {
	case strings.Contains(text, "no such key"), strings.Contains(text, "no such attribute"), strings.Contains(text, "index out of bounds"):
		e.Problem = "what it reads is not there"
	case strings.Contains(text, "no such overload"):
		e.Problem = "an operator does not fit its values"
	case strings.Contains(text, "cost limit"):
		e.Problem = "it takes too many steps"
	}
	var at *types.Err
	if errors.As(err, &at) {
		if location := p.ast.NativeRep().SourceInfo().GetStartLocation(at.NodeID()); location.Line() == 1 {
			e.Character = location.Column() + 1
		}
	}
	return e
}
