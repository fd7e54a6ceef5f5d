package migrate

import (
	"context"
	"errors"
	"fmt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// countHooks counts the webhooks that will not fire any more. One that cannot be
// read counts as well: it is lost in any case.
func (v *view) countHooks(ctx context.Context) error {
	var found []string
	n := 0
	for item, err := range v.src.Hooks(ctx) {
		var damaged *mapping.DamagedError
		if err != nil && !errors.As(err, &damaged) {
			return fmt.Errorf("list webhooks: %w", err)
		}
		if n++; item != "" && len(found) < maxExamples {
			found = append(found, item)
		}
	}
	v.report.hooks(n, found)
	return nil
}
