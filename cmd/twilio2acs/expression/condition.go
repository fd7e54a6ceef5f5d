package expression

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// maxCost bounds the evaluation of an expression for one item, in CEL's units,
// which are about one for each step. It stops comprehensions inside one another
// over large attributes within milliseconds.
const maxCost = 1_000_000

// maxText bounds an expression, in bytes.
const maxText = 16 << 10

// A Condition says which conversations are meant. It satisfies pflag.Value. The zero
// value is no condition. Once set it may be used by several goroutines.
type Condition struct {
	text    string
	program cel.Program
}

// A SyntaxError is a mistake in an expression: one of syntax, of names, or of types.
type SyntaxError struct {
	Character int // where, from 1
	Problem   string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("character %d: %s", e.Character, e.Problem) }

// String is the expression.
func (c *Condition) String() string { return c.text }

// Type is what help shows as the kind of value.
func (c *Condition) Type() string { return "expression" }

// Set compiles an expression, which must be true or false. The empty one is no
// condition.
func (c *Condition) Set(text string) error {
	if text == "" {
		*c = Condition{}
		return nil
	}
	if len(text) > maxText {
		return fmt.Errorf("is longer than %d bytes", maxText)
	}
	program, err := compile(text)
	if err != nil {
		return err
	}
	*c = Condition{text, program}
	return nil
}

func compile(text string) (cel.Program, error) {
	env, err := cel.NewEnv(
		ext.NativeTypes(reflect.TypeFor[Conversation](), ext.ParseStructTags(true)),
		cel.Variable("conversation", cel.ObjectType("expression.Conversation")),
	)
	if err != nil {
		return nil, fmt.Errorf("prepare expressions: %w", err)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		first := issues.Errors()[0]
		return nil, &SyntaxError{max(first.Location.Column()+1, 1), first.Message}
	}
	if kind := ast.OutputType(); !kind.IsExactType(cel.BoolType) && !kind.IsExactType(cel.DynType) {
		return nil, &SyntaxError{1, fmt.Sprintf("is a %s, but must be true or false", kind)}
	}
	return env.Program(ast, cel.CostLimit(maxCost))
}

// Where is the condition as a function; nil where there is none. Its error is that
// the expression cannot be answered for a conversation: has(conversation.attributes.x)
// asks whether there is an x before it is read.
func (c *Condition) Where() func(mapping.Conversation) (bool, error) {
	if c.program == nil {
		return nil
	}
	return c.matches
}

func (c *Condition) matches(about mapping.Conversation) (bool, error) {
	v, err := conversation(about)
	if err != nil {
		return false, fmt.Errorf("evaluate condition: %w", err)
	}
	result, _, err := c.program.Eval(map[string]any{"conversation": v})
	if err != nil {
		return false, fmt.Errorf("evaluate condition: %w", err)
	}
	if yes, ok := result.Value().(bool); ok {
		return yes, nil
	}
	return false, fmt.Errorf("evaluate condition: is a %s, but must be true or false", result.Type().TypeName())
}
