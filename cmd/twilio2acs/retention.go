package main

import (
	"fmt"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// retention is the value of --retention: after how many days a thread deletes
// itself, 0 for never. It satisfies pflag.Value.
type retention int

// String is the value as Set takes it.
func (r *retention) String() string {
	if *r == 0 {
		return mapping.RetentionNone
	}
	return strconv.Itoa(int(*r))
}

// Set takes none, or the days that ACS allows.
func (r *retention) Set(value string) error {
	if value == mapping.RetentionNone {
		*r = 0
		return nil
	}
	days, err := strconv.Atoi(value)
	if err != nil || days < mapping.MinRetentionDays || days > mapping.MaxRetentionDays {
		return fmt.Errorf("must be %s or a number of days from %d to %d", mapping.RetentionNone, mapping.MinRetentionDays, mapping.MaxRetentionDays)
	}
	*r = retention(days)
	return nil
}

// Type is what help shows as the kind of value.
func (r *retention) Type() string { return "none|days" }
