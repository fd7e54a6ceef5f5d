package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// usage is what a process has used by its end.
type usage struct {
	took    time.Duration
	cpu     time.Duration // in user and system mode
	peak    int64         // bytes of memory
	console []byte        // what it printed
}

// megabytes is the peak of memory in MB.
func (u usage) megabytes() float64 { return float64(u.peak) / 1e6 }

// do runs the program to its end.
func (b *bench) do(ctx context.Context, dir string, env []string, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, b.program, args...) //nolint:gosec // our own program
	return measure(cmd, dir, env)
}

// measure runs a process to its end.
func measure(cmd *exec.Cmd, dir string, env []string) (usage, error) {
	var out bytes.Buffer
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	forgetPeak()
	began := time.Now()
	err := cmd.Run()
	u := usage{took: time.Since(began), console: out.Bytes()}
	if cmd.ProcessState != nil {
		u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		u.peak = peakMemory(cmd.ProcessState)
	}
	if err != nil {
		return u, fmt.Errorf("run %s: %w\n%s", cmd.Args[1], err, out.Bytes())
	}
	return u, nil
}

// A server is a process that serves until it is stopped, and has said where.
type server struct {
	cmd              *exec.Cmd
	Endpoint         string
	ConnectionString string
	CA               string
	URL              string
	MCSURL           string `json:"mcsUrl"`
}

// serve starts a server of the program.
func (b *bench) serve(dir string, args ...string) (*server, error) {
	s := &server{cmd: exec.Command(b.program, append([]string{"serve"}, args...)...)} //nolint:gosec,noctx // our own program, which stop ends
	s.cmd.Dir = dir
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, s)
	}
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("start serve %s: %w", args[0], err)
	}
	return s, nil
}

// stop ends the server.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait() // how it ends is nothing that is measured
}
