package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// itemWriter writes items as lines, as an array of them, or as a table.
type itemWriter struct {
	w     *bufio.Writer // keeps the error of writing
	table *csvTable     // nil for JSON
	array bool
	begun bool
}

// itemColumns are those of the table.
var itemColumns = []string{
	"kind", "role", "service", "twilio", "user_sid", "display_name", "conversation", "status", "time", "acs", "thread", "parts",
	"read_index", "read_message", "unread", "stub", "key", "size", "sha256",
}

func newItemWriter(w *bufio.Writer, format string) *itemWriter {
	iw := &itemWriter{w: w, array: format == formatJSON}
	if format == formatCSV {
		iw.table = &csvTable{csv.NewWriter(w)}
		iw.table.row(slices.Clone(itemColumns)...)
	}
	return iw
}

// cells are the item as a row of the table.
func (m mapped) cells() []string {
	parts := make([]string, len(m.Parts))
	for i, id := range m.Parts {
		parts[i] = string(id)
	}
	stub, size := "", ""
	if m.Stub {
		stub = "true"
	}
	if m.Key != "" {
		size = strconv.FormatInt(m.Size, 10)
	}
	return []string{
		m.Kind, m.Role, string(m.Service), m.Twilio, string(m.UserSID), m.DisplayName, string(m.Conversation), string(m.Status),
		string(m.Time), m.ACS, string(m.Thread), strings.Join(parts, " "),
		number(m.ReadIndex), string(m.ReadMessage), number(m.Unread), stub, m.Key, size, m.SHA256,
	}
}

// number is n as a cell; empty for none.
func number(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func (w *itemWriter) write(item mapped) {
	if w.table != nil {
		w.table.row(item.cells()...)
		return
	}
	text, err := json.Marshal(item)
	if err != nil {
		panic(err) // strings and numbers only
	}
	switch {
	case w.array && !w.begun:
		_, _ = w.w.WriteString("[\n")
	case w.array:
		_, _ = w.w.WriteString(",\n")
	}
	w.begun = true
	_, _ = w.w.Write(text)
	if !w.array {
		_ = w.w.WriteByte('\n')
	}
}

func (w *itemWriter) end() {
	switch {
	case w.array && !w.begun:
		_, _ = w.w.WriteString("[]\n")
	case w.array:
		_, _ = w.w.WriteString("\n]\n")
	}
}
