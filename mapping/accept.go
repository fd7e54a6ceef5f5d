package mapping

import (
	"fmt"
	"slices"
	"strings"
)

// AcceptAll stands for every code in the values that Acceptable reads.
const AcceptAll = "all"

// UnknownLossError is a code that no loss has.
type UnknownLossError struct {
	Value   string
	Closest LossCode // the known code most like it
}

func (e *UnknownLossError) Error() string { return fmt.Sprintf("unknown loss %q", e.Value) }

// Hint names the code that was probably meant.
func (e *UnknownLossError) Hint() string {
	return fmt.Sprintf("did you mean %s? %s accepts every loss", e.Closest, AcceptAll)
}

// Acceptable reads the losses that an operator accepts: codes, or AcceptAll. A
// code that does not exist is an *UnknownLossError, because a misspelt consent
// is none. Losses that are not critical may be accepted too, without effect.
func Acceptable(accept []string) (map[LossCode]bool, error) {
	accepted := make(map[LossCode]bool)
	for _, value := range accept {
		value = strings.TrimSpace(value)
		if value == AcceptAll {
			for _, info := range lossTable {
				accepted[info.Code] = true
			}
			continue
		}
		if _, ok := lossInfos[LossCode(value)]; !ok {
			return nil, &UnknownLossError{Value: value, Closest: closestCode(value)}
		}
		accepted[LossCode(value)] = true
	}
	return accepted, nil
}

// Unaccepted are the critical losses among losses that are not accepted, in
// their order. A nil map accepts nothing.
func Unaccepted(losses []Loss, accepted map[LossCode]bool) []Loss {
	var left []Loss
	for _, l := range losses {
		if !accepted[l.Code] && l.Code.Info().Severity == SeverityCritical {
			left = append(left, l)
		}
	}
	return left
}

// closestCode is the code with the fewest edits from value, the first of the
// table among equals.
func closestCode(value string) LossCode {
	value = strings.ToLower(value[:min(len(value), 64)])
	return slices.MinFunc(lossTable, func(a, b LossInfo) int {
		return editDistance(value, string(a.Code)) - editDistance(value, string(b.Code))
	}).Code
}

// editDistance counts the bytes to insert, delete or replace to turn a into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
