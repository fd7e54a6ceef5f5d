package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"

	"github.com/spf13/cobra"
)

const logFileFlag = "log-file"

// logFile is where everything is logged that the command does.
type logFile struct {
	file    *os.File
	handler slog.Handler

	mu  sync.Mutex
	err error // the first of writing: loggers do not tell of it
}

// Write appends p to the file.
func (f *logFile) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = cmp.Or(f.err, err)
	return n, err
}

// close returns the first error of the file.
func (f *logFile) close() error {
	err := f.file.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	return cmp.Or(f.err, err)
}

// openLog opens the log file that cmd was given. What was in it stays: a
// migration is more than one run.
func (s *streams) openLog(cmd *cobra.Command) error {
	f := cmd.Flags().Lookup(logFileFlag)
	if f == nil || f.Value.String() == "" {
		return nil
	}
	file, err := os.OpenFile(f.Value.String(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return withHint(fmt.Errorf("open log file: %w", err), "name a file that can be written with --"+logFileFlag)
	}
	s.log = &logFile{file: file}
	handler := slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})
	s.log.handler = handler.WithAttrs([]slog.Attr{slog.Int("pid", os.Getpid())})
	info, _ := debug.ReadBuildInfo()
	slog.New(s.log.handler).Info("command begins", "command", commandName(cmd), "version", versionOf(info).Version)
	return nil
}

// closeLog notes how the command ended.
func (s *streams) closeLog(exit int, err error) error {
	if s.log == nil {
		return nil
	}
	attrs := []slog.Attr{slog.Int("exit", exit)}
	if err != nil && !silent(err) {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	slog.New(s.log.handler).LogAttrs(context.Background(), slog.LevelInfo, "command ends", attrs...)
	if err := s.log.close(); err != nil {
		return fmt.Errorf("write log file: %w", err)
	}
	return nil
}
