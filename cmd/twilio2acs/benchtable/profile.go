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
	"sync"
	"time"
)

// profiled migrates and returns the share of the CPU time of the run in which a
// function of the package named was at work.
func (s *scene) profiled(ctx context.Context, pkg string, more ...string) (share float64, err error) {
	addr, err := freeAddress()
	if err != nil {
		return 0, err
	}
	watch, stop := context.WithCancel(ctx)
	defer stop()
	var profiles []string
	var taken error
	var watcher sync.WaitGroup
	watcher.Go(func() { profiles, taken = takeProfiles(watch, addr, s.path("cpu")) })
	_, err = s.run(ctx, append(more, "--metrics-listen", addr)...)
	stop()
	watcher.Wait()
	if err := errors.Join(err, taken); err != nil {
		return 0, err
	}
	return shareOf(ctx, profiles, pkg)
}

// freeAddress is one that nobody listens at, as far as can be told.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // takes no time
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// takeProfiles asks the program at addr for profiles, one after the other, until it
// has ended. What it does while it ends is in none of them.
func takeProfiles(ctx context.Context, addr, name string) (files []string, err error) {
	for ctx.Err() == nil {
		text, err := get(ctx, "http://"+addr+"/debug/pprof/profile?seconds=1")
		if err != nil { // it has not begun to listen yet, or has ended
			time.Sleep(10 * time.Millisecond)
			continue
		}
		file := fmt.Sprintf("%s-%d.pprof", name, len(files))
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return files, err
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		return nil, errors.New("the run was over before it could be profiled")
	}
	return files, nil
}

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

// shareOf is the share of profiles in which a function of pkg was on the stack.
func shareOf(ctx context.Context, files []string, pkg string) (float64, error) {
	args := append([]string{"tool", "pprof", "-top", "-nodefraction=0", "-nodecount=100000", "-focus", pkg}, files...)
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // files of our own
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
