package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// interruptedError is the end of a command that was asked to stop.
type interruptedError struct{ signal syscall.Signal }

func (e *interruptedError) Error() string {
	if e.signal == syscall.SIGINT {
		return "interrupted"
	}
	return fmt.Sprintf("stopped by signal %q", e.signal)
}

// exitCode is what a shell makes of the signal.
func (e *interruptedError) exitCode() int { return 128 + int(e.signal) }

// withInterrupts returns a context that ends with an *interruptedError as its
// cause when the process is asked to stop; told is called then. Whoever asks a
// second time gets the end of the process at once.
func withInterrupts(parent context.Context, told func()) (ctx context.Context, stop func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ctx, cancel := obey(parent, signals, told, os.Exit)
	return ctx, func() { signal.Stop(signals); cancel() }
}

// obey cancels at the first signal and exits at the second.
func obey(parent context.Context, signals <-chan os.Signal, told func(), exit func(int)) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	go func() {
		cancel(interruption(<-signals))
		go told() // nobody may read it
		exit(interruption(<-signals).exitCode())
	}()
	return ctx, func() { cancel(nil) }
}

func interruption(s os.Signal) *interruptedError {
	sig, ok := s.(syscall.Signal)
	if !ok {
		sig = syscall.SIGINT
	}
	return &interruptedError{sig}
}

// causeOf is the reason why err came about: the interruption, or whatever else
// ended ctx, whatever the call under way made of it.
func causeOf(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if err == nil || cause == nil || errors.Is(cause, context.Canceled) {
		return err
	}
	return cause
}
