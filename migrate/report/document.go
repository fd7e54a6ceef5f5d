package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// WriteDocument writes doc, which has a Plan in it, as one JSON document. The rows
// of p become its last field, conversations: one a line, and never all of them in
// memory.
func WriteDocument(w io.Writer, doc any, p *Plan) error {
	head, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %T: %w", doc, err)
	}
	head, isObject := bytes.CutSuffix(head, []byte("\n}"))
	if !isObject {
		return fmt.Errorf("encode %T: it is no object with fields", doc)
	}
	if _, err := fmt.Fprintf(w, "%s,\n  \"conversations\": [", head); err != nil {
		return err
	}
	between := "\n    "
	for row, err := range p.Rows() {
		if err != nil {
			return err
		}
		line, err := json.Marshal(row)
		if err != nil {
			return fmt.Errorf("encode the row of %s: %w", row.SID, err)
		}
		if _, err := fmt.Fprintf(w, "%s%s", between, line); err != nil {
			return err
		}
		between = ",\n    "
	}
	_, err = io.WriteString(w, "\n  ]\n}\n")
	return err
}
