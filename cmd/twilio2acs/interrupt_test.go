package main

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
)

// The first signal asks for an end, the second one is it.
func TestSignals(t *testing.T) {
	signals, told, exited := make(chan os.Signal), make(chan bool), make(chan int)
	ctx, stop := obey(t.Context(), signals, func() { told <- true }, func(code int) { exited <- code })
	defer stop()
	signals <- syscall.SIGTERM
	<-told
	var interrupted *interruptedError
	if !errors.As(context.Cause(ctx), &interrupted) || interrupted.exitCode() != exitTerminated {
		t.Errorf("cause %v, want that of SIGTERM", context.Cause(ctx))
	}
	signals <- os.Interrupt
	if got := <-exited; got != exitInterrupted {
		t.Errorf("exit code %d, want %d", got, exitInterrupted)
	}
}
