package emulator

import "time"

// Days a retention policy may name (concept page of Chat).
const (
	minRetentionDays = 30
	maxRetentionDays = 90
)

// retentionPolicy says when a thread deletes itself.
type retentionPolicy struct {
	Kind string `json:"kind"` // "none" or "threadCreationDate"
	Days int    `json:"deleteThreadAfterDays,omitempty"`
}

func (p *retentionPolicy) check() error {
	switch {
	case p == nil, p.Kind == "none":
		return nil
	case p.Kind == "threadCreationDate" && minRetentionDays <= p.Days && p.Days <= maxRetentionDays:
		return nil
	}
	return badRequest("The retention policy is not valid.")
}

// expiry is when a thread created then is deleted; 0 is never.
func (p *retentionPolicy) expiry(created millis) millis {
	if p == nil || p.Kind == "none" {
		return 0
	}
	return created + millis((time.Duration(p.Days) * 24 * time.Hour).Milliseconds())
}
