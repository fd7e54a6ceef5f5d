package main

import (
	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/migrate/report"
)

func newSchemaCommand(s *streams) *cobra.Command {
	return group(&cobra.Command{
		Use:   "schema",
		Short: "The form of what commands print for machines, as JSON Schemas",
		Long: `What commands print with -o json and -o jsonl is described by JSON Schemas, for
programs that read it and for whoever writes them.`,
	}, newPlanSchemaCommand(s))
}

func newPlanSchemaCommand(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "What plan prints with -o json, -o jsonl and --details",
		Long: `Schema plan prints the JSON Schema (draft 2020-12) of what plan prints with
-o json as one document, and with -o jsonl and --details line by line. Fields are
only ever added.`,
		Example: `  twilio2acs schema plan > plan.schema.json`,
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, _ = s.out.Write(report.PlanSchema) // the writer keeps the error
			return nil
		},
	}
	describe(cmd, "", exitDone, exitError, exitUsage)
	return cmd
}
