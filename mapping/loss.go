package mapping

import "fmt"

// Severity says how much a loss matters.
type Severity string

// The severities, from least to most.
const (
	SeverityInfo     Severity = "info"
	SeverityMinor    Severity = "minor"
	SeverityMajor    Severity = "major"
	SeverityCritical Severity = "critical" // must be accepted before it happens
)

// rank orders severities, the most severe first.
func (s Severity) rank() int {
	switch s {
	case SeverityInfo:
		return 3
	case SeverityMinor:
		return 2
	case SeverityMajor:
		return 1
	}
	return 0
}

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
func (c LossCode) Info() LossInfo {
	if info, ok := lossInfos[c]; ok {
		return info
	}
	return LossInfo{
		Code:     c,
		Severity: SeverityCritical,
		Title:    "a loss that this version does not know",
		Remedy:   "use the version of the program that reported it",
	}
}

// AccountLosses are those that concern everything under r, known before any
// item is read.
func (r Rules) AccountLosses() []Loss {
	losses := []Loss{{Code: LossArrivalTime}}
	if r.prefixes() {
		losses[0].Code = LossOriginalTimeInText
	}
	if !r.stores() {
		losses = append(losses, Loss{Code: LossNoMediaStore})
	}
	if r.RetentionDays != 0 {
		losses = append(losses, Loss{Code: LossRetention, Detail: fmt.Sprintf("%d days", r.RetentionDays)})
	}
	return append(losses, Loss{Code: LossRoles}, Loss{Code: LossPushAndWebhooks})
}

// tally gathers the losses of one item.
type tally struct {
	item   string
	stores bool
	losses []Loss
	// sidecar is set once something of the item is to be kept in the sidecar.
	sidecar bool
}

// lose notes that something is carried otherwise than natively.
func (t *tally) lose(c LossCode, detail string) {
	t.losses = append(t.losses, Loss{Code: c, Item: t.item, Detail: detail})
}

// keep notes that something does not fit and goes into the sidecar. Without a
// media store there is no sidecar: it is gone, which is another loss.
func (t *tally) keep(c LossCode, detail string) {
	if t.stores {
		t.sidecar = true
		t.lose(c, detail)
		return
	}
	if detail != "" {
		detail = ": " + detail
	}
	t.lose(LossNotKept, string(c)+detail)
}
