package main

import (
	"io"
	"log/slog"

	"github.com/spf13/cobra"
)

// logOptions say how much is told on stderr, and where all of it is written.
type logOptions struct {
	verbose bool
	format  choice
}

const (
	logText = "text"
	logJSON = "json"
)

func (o *logOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVarP(&o.verbose, "verbose", "v", false, "log every step, and list every loss")
	f.String(logFileFlag, "", "append every step to this `file` as JSON Lines, with the IDs of requests by which Twilio's and Microsoft's support find them")
	choose(cmd, &o.format, "log-format", "", "form of the log on stderr", logText, logJSON)
}

// logger writes to stderr warnings, or with --verbose everything, and everything
// to the log file.
func (o logOptions) logger(s *streams) *slog.Logger {
	opts := &slog.HandlerOptions{Level: slog.LevelWarn}
	if o.verbose {
		opts.Level = slog.LevelDebug
	}
	handler := o.handler(s.err, opts)
	if s.log != nil {
		handler = slog.NewMultiHandler(handler, s.log.handler)
	}
	return slog.New(handler)
}

func (o logOptions) handler(w io.Writer, opts *slog.HandlerOptions) slog.Handler {
	if o.format.value == logJSON {
		return slog.NewJSONHandler(w, opts)
	}
	return slog.NewTextHandler(w, opts)
}
