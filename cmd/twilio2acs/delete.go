package main

import "github.com/spf13/cobra"

// deleteOptions say how much may be deleted because it is gone in Twilio.
type deleteOptions struct{ max float64 }

func (o *deleteOptions) register(cmd *cobra.Command) {
	cmd.Flags().Float64Var(&o.max, "max-delete", 0.5, "how many `percent` of the messages carried, and of the threads, may be deleted in ACS because they are gone in Twilio; more is withheld")
}

func (o deleteOptions) check() error {
	if o.max < 0 || o.max > 100 {
		return usagef("", "--max-delete %v is not between 0 and 100", o.max)
	}
	return nil
}

// percent is what migrate.Options makes of it: there 0 stands for the default.
func (o deleteOptions) percent() float64 {
	if o.max == 0 {
		return -1
	}
	return o.max
}
