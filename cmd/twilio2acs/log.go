package main

import (
	"io"
	"log/slog"

	"github.com/spf13/cobra"
)

// logOptions say how much is told on stderr, and where all of it is written.
type logOptions struct {
	verbose bool
	level   choice
	format  choice
}

// logLevels are what --log-level takes.
var logLevels = map[string]slog.Level{
	"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}

const (
	logText = "text"
	logJSON = "json"
)

func (o *logOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVarP(&o.verbose, "verbose", "v", false, "log every step, and list every loss")
	choose(cmd, &o.level, "log-level", "", "the least that is logged on stderr (default warn, with --verbose debug): debug is every request, info what is as it should be, warn what somebody may want to look at",
		"", "debug", "info", "warn", "error")
	f.String(logFileFlag, "", "append every step to this `file` as JSON Lines, with the IDs of requests by which Twilio's and Microsoft's support find them")
	choose(cmd, &o.format, "log-format", "", "form of the log on stderr", logText, logJSON)
}

// logger writes to stderr what is asked for, and everything to the log file.
func (o logOptions) logger(s *streams) *slog.Logger {
	handler := o.handler(s.err, &slog.HandlerOptions{Level: o.least()})
	if s.log != nil {
		handler = slog.NewMultiHandler(handler, s.log.handler)
	}
	return slog.New(handler)
}

// least is the lowest level that stderr shows.
func (o logOptions) least() slog.Level {
	if level, said := logLevels[o.level.value]; said {
		return level
	}
	if o.verbose {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

func (o logOptions) handler(w io.Writer, opts *slog.HandlerOptions) slog.Handler {
	if o.format.value == logJSON {
		return slog.NewJSONHandler(w, opts)
	}
	return slog.NewTextHandler(w, opts)
}
