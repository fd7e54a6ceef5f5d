package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// profiled migrates and returns the share of CPU time, for some seconds once messages
// are carried, in which a function of the package named was at work.
func (s *scene) profiled(ctx context.Context, pkg string, seconds int, more ...string) (share float64, err error) {
	addr, err := freeAddress()
	if err != nil {
		return 0, err
	}
	watch, stop := context.WithCancel(ctx)
	defer stop()
	taken := make(chan error, 1)
	go func() { taken <- takeProfile(watch, addr, seconds, s.path("cpu.pprof")) }()
	_, err = s.run(ctx, append(more, "--metrics-listen", addr)...)
	stop()
	if err := errors.Join(err, <-taken); err != nil {
		return 0, err
	}
	return shareOf(ctx, s.path("cpu.pprof"), pkg)
}

// freeAddress is one that nobody listens at, as far as can be told.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // takes no time
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// takeProfile asks the program at addr for a profile, as soon as it carries messages.
func takeProfile(ctx context.Context, addr string, seconds int, into string) error {
	for {
		text, err := get(ctx, "http://"+addr+"/metrics")
		if err == nil && carrying.Match(text) {
			break
		}
		select {
		case <-ctx.Done():
			return errors.New("the run was over before it could be profiled")
		case <-time.After(20 * time.Millisecond):
		}
	}
	text, err := get(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", addr, seconds))
	if err != nil {
		return fmt.Errorf("profile the run: %w", err)
	}
	return os.WriteFile(into, text, 0o600)
}

// carrying shows that messages are on their way.
var carrying = regexp.MustCompile(`(?m)^twilio2acs_messages_total [1-9]`)

func get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, errors.New(resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// accounted is how pprof says what part of a profile its options leave.
var accounted = regexp.MustCompile(`Showing nodes accounting for \S+, ([\d.]+)% of`)

// shareOf is the share of a profile in which a function of pkg was on the stack.
func shareOf(ctx context.Context, file, pkg string) (float64, error) {
	cmd := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", "-nodefraction=0", "-nodecount=100000", "-focus", pkg, file) //nolint:gosec // a file of our own
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("read profile: %w", err)
	}
	m := accounted.FindSubmatch(out)
	if m == nil {
		return 0, nil // nothing of it is in the profile
	}
	percent, err := strconv.ParseFloat(string(m[1]), 64)
	return percent / 100, err
}
