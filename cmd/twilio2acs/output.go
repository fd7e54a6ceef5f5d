package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

// The values of --output.
const (
	formatText  = "text"
	formatJSON  = "json"
	formatJSONL = "jsonl"
)

// schema names the form of what -o json and -o jsonl print.
const schema = "twilio2acs/v1"

// outputOptions say in which form a result is printed.
type outputOptions struct{ format choice }

const outputFlag = "output"

func (o *outputOptions) register(cmd *cobra.Command) {
	choose(cmd, &o.format, outputFlag, "o", "form of the result", formatText, formatJSON, formatJSONL)
}

// head opens every document: of which form it is, and which command it is of.
type head struct {
	// Type tells the lines of -o jsonl apart: "summary" or "error" for the last
	// one. It is empty in a document of its own.
	Type    string `json:"type,omitempty"`
	Schema  string `json:"schema"`
	Command string `json:"command"`
}

func headOf(command string) head { return head{Schema: schema, Command: command} }

// failure is an error as machines read it.
type failure struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// failureOf is nil when err is only an exit code.
func failureOf(err error) *failure {
	if err == nil || silent(err) {
		return nil
	}
	return &failure{Message: err.Error(), Hint: remedy(err)}
}

// errorDocument is the result of a command that came to nothing else.
type errorDocument struct {
	head
	Exit  int      `json:"exit"`
	Error *failure `json:"error"`
}

// printDocument prints v as one document, on lines of its own.
func printDocument(w *resultWriter, v any) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // strings, numbers and times only
	}
	_, _ = w.Write(append(text, '\n')) // the writer keeps the error
}

// printLine prints v as one line.
func printLine(w *resultWriter, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // strings, numbers and times only
	}
	_, _ = w.Write(append(text, '\n')) // the writer keeps the error
}
