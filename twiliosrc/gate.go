package twiliosrc

import "context"

// gate lets a fixed number of requests pass at once.
type gate chan struct{}

// enter waits for a place. The place is given back with leave.
func (g gate) enter(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (g gate) leave() { <-g }
