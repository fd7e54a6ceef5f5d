package mapping

// Severity says how much a loss matters.
type Severity string

// The severities, from least to most.
const (
	SeverityInfo     Severity = "info"
	SeverityMinor    Severity = "minor"
	SeverityMajor    Severity = "major"
	SeverityCritical Severity = "critical" // must be accepted before it happens
)

// LossCode names a kind of loss, for ever.
type LossCode string

// Loss is something that ACS cannot carry natively. It is a value, not a log
// line: plans count it and runs record it.
type Loss struct {
	Code   LossCode
	Item   string // SID of the item it concerns; empty when it concerns everything
	Detail string // what exactly, without anybody's text
}

// LossInfo explains a LossCode.
type LossInfo struct {
	Code     LossCode
	Severity Severity
	Account  bool   // concerns everything, not one item
	Title    string // one line
	Remedy   string // what the operator can do
}

// Info explains c. Unknown codes are critical and say so.
func (c LossCode) Info() LossInfo { panic("unwritten") }

// AccountLosses are those that concern everything under r, known before any
// item is read.
func (r Rules) AccountLosses() []Loss { panic("unwritten") }

// Losses lists every code there is, the most severe first.
func Losses() []LossInfo { panic("unwritten") }
