package main

import (
	"bufio"
	"fmt"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptBreakOff starts the program and sends it a signal once a line of stderr
// matches; a second one, if one is named, once it says that it stops. It must end
// as is usual for the signal.
func scriptBreakOff(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "breakoff INT|TERM|KILL[,INT|TERM] REGEXP [args...]", 3)
	awaited := []*regexp.Regexp{regexp.MustCompile(args[1]), regexp.MustCompile("^stopping ")}
	first, second, twice := strings.Cut(args[0], ",")
	names := []string{first}
	if twice {
		names = append(names, second)
	}
	cmd := command(ts, args[2:])
	cmd.Stdout = ts.Stdout()
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	hangs := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer hangs.Stop()
	sent := 0
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		fmt.Fprintln(ts.Stderr(), lines.Text())
		if sent < len(names) && awaited[sent].MatchString(lines.Text()) {
			ts.Check(cmd.Process.Signal(signals[names[sent]]))
			sent++
		}
	}
	ts.Check(lines.Err())
	_ = cmd.Wait() // how it ended is looked at below
	want := 128 + int(signals[names[len(names)-1]])
	if signals[first] == syscall.SIGKILL {
		want = -1
	}
	if got := cmd.ProcessState.ExitCode(); got != want || sent < len(names) {
		ts.Fatalf("exit code %d after %d signals, want %d after %d", got, sent, want, len(names))
	}
}
