package main

import (
	"log/slog"

	"github.com/spf13/cobra"
)

// logOptions say how much is told on stderr.
type logOptions struct{ verbose bool }

func (o *logOptions) register(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "log every step, and list every loss")
}

// logger writes to stderr: warnings, or with --verbose everything.
func (o logOptions) logger(s *streams) *slog.Logger {
	level := slog.LevelWarn
	if o.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: level}))
}
