package identities

import "strings"

// guard is what stands before a cell that a spreadsheet would take for a formula.
const guard = "'"

// Guard makes text safe for spreadsheets, which run a cell that begins with =, +, -
// or @ as a formula (OWASP, "CSV Injection"). Unguard gives the text back.
func Guard(text string) string {
	if text != "" && strings.ContainsAny(text[:1], "=+-@\t\r"+guard) {
		return guard + text
	}
	return text
}

// Unguard takes away what Guard has put before a cell. Other cells stay as they are.
func Unguard(cell string) string { return strings.TrimPrefix(cell, guard) }
