package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/twilio2acs/twilio2acs/checkpoint"
)

// scriptCommands are what scripts may use beside testscript's own commands.
var scriptCommands = map[string]func(*testscript.TestScript, bool, []string){
	"exits":     scriptExits,
	"digest":    scriptDigest,
	"summary":   scriptSummary,
	"serve":     scriptServe,
	"halt":      scriptHalt,
	"signal":    scriptSignal,
	"breakoff":  scriptBreakOff,
	"hold":      scriptHold,
	"release":   scriptRelease,
	"move":      scriptMove,
	"tamper":    scriptTamper,
	"damage":    scriptDamage,
	"dump":      scriptDump,
	"user":      scriptUser,
	"revoke":    scriptRevoke,
	"scrape":    scriptScrape,
	"ask":       scriptAsk,
	"azurite":   scriptAzurite,
	"samelines": scriptSameLines,
	"leak":      scriptLeak,
	"items":     scriptItems,
	"conforms":  scriptConforms,
	"blocks":    scriptBlocks,
	"tried":     scriptTried,
	"late":      scriptLate,
}

func arguments(ts *testscript.TestScript, neg bool, args []string, usage string, least int) {
	if neg || len(args) < least {
		ts.Fatalf("usage: %s", usage)
	}
}

// scriptExits runs a program that must end with that code.
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "exits CODE program [args...]", 2)
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	got := 0
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d\n%s%s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// scriptDigest writes what is in a folder to a file: each name with the hash of
// what it holds.
func scriptDigest(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "digest DIR FILE", 2)
	var list strings.Builder
	root, into := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	ts.Check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == into {
			return err
		}
		if !d.Type().IsRegular() {
			fmt.Fprintln(&list, path, d.Type())
			return nil
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&list, "%s %x\n", path, sha256.Sum256(content))
		return err
	}))
	ts.Check(os.WriteFile(into, []byte(list.String()), 0o600))
}

// scriptSummary writes the summary of a JSON document to a file.
func scriptSummary(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "summary stdout|FILE FILE", 2)
	var doc struct {
		Schema  string          `json:"schema"`
		Summary json.RawMessage `json:"summary"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &doc))
	if doc.Schema != schema || len(doc.Summary) == 0 {
		ts.Fatalf("no summary of schema %s in %s", schema, args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), doc.Summary, 0o600))
}

// command is the program as scripts run it.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	path, err := exec.LookPath("twilio2acs")
	ts.Check(err)
	cmd := exec.Command(path, args...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "ACS_CONNECTION_STRING"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	return cmd
}

// servers are those that a script has started, by name.
type servers map[string]*exec.Cmd

type serversKey struct{}

// scriptServe starts a server and sets a variable for each value that it prints
// when it is ready.
func scriptServe(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "serve twilio|acs [args...]", 1)
	cmd := command(ts, append([]string{"serve"}, args...))
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	running := ts.Value(serversKey{}).(servers)
	running[args[0]] = cmd
	ts.Defer(func() {
		if running[args[0]] == cmd { // the script failed before halt
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	var values map[string]string
	ts.Check(json.Unmarshal([]byte(line), &values))
	for name, value := range values {
		ts.Setenv(name, value)
	}
	if u, err := url.Parse(values["endpoint"]); err == nil {
		ts.Setenv("address", u.Host) // to listen at again
	}
}

// scriptHalt stops a server with a signal. It must end cleanly.
func scriptHalt(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "halt twilio|acs INT|TERM", 2)
	running := ts.Value(serversKey{}).(servers)
	cmd := running[args[0]]
	delete(running, args[0])
	ts.Check(cmd.Process.Signal(signals[args[1]]))
	ts.Check(cmd.Wait())
}

var signals = map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}

// scriptSignal starts the program with a progress bar and sends it a signal once
// that shows so many messages; with -stalled, once it has not moved for a second
// besides. It must end within two seconds, as is usual for the signal.
func scriptSignal(ts *testscript.TestScript, neg bool, args []string) {
	patience := 0 // in drawings of the bar
	if len(args) > 0 && args[0] == "-stalled" {
		patience, args = int(time.Second/refreshEvery), args[1:]
	}
	ask := len(args) > 0 && args[0] == "-status" // before the signal, into status.txt
	if ask {
		args = args[1:]
	}
	arguments(ts, neg, args, "signal [-stalled] [-status] INT|TERM|KILL MESSAGES [args...]", 3)
	signal := signals[args[0]]
	least, err := strconv.Atoi(args[1])
	ts.Check(err)
	cmd := command(ts, append(args[2:], "--progress", "bar"))
	cmd.Stdout = ts.Stdout()
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	var stopped time.Time
	last, same := -1, 0
	_, err = io.Copy(io.MultiWriter(ts.Stderr(), watcher(func(messages int) {
		if same++; messages != last {
			last, same = messages, 0
		}
		if messages >= least && same >= patience && stopped.IsZero() {
			if ask {
				told, err := command(ts, []string{"status"}).CombinedOutput()
				ts.Check(err)
				ts.Check(os.WriteFile(ts.MkAbs("status.txt"), told, 0o600))
			}
			stopped = time.Now()
			_ = cmd.Process.Signal(signal) // one that has ended is noticed below
		}
	})), stderr)
	ts.Check(err)
	_ = cmd.Wait() // how it ended is looked at below
	want := 128 + int(signal)
	if signal == syscall.SIGKILL {
		want = -1
	}
	switch got, took := cmd.ProcessState.ExitCode(), time.Since(stopped); {
	case stopped.IsZero():
		ts.Fatalf("it ended before %d messages", least)
	case got != want:
		ts.Fatalf("exit code %d, want %d", got, want)
	case took > hangs:
		ts.Fatalf("it took %s to end", took)
	}
}

// hangs is when a program that was told to stop counts as hanging. It takes a
// second or two, but machines are noisy.
const hangs = 30 * time.Second

// watcher is told how many messages a progress bar shows.
type watcher func(messages int)

var shownMessages = regexp.MustCompile(`\((\d+)[/,]`) // of a total, or of nobody knows how many

// Write looks at one drawing of the bar.
func (w watcher) Write(p []byte) (int, error) {
	for _, m := range shownMessages.FindAllSubmatch(p, -1) {
		n, err := strconv.Atoi(string(m[1]))
		if err != nil {
			return 0, err
		}
		w(n)
	}
	return len(p), nil
}

// held is the ledger that a script keeps open.
type held struct{ ledger *checkpoint.Ledger }

type heldKey struct{}

// scriptHold keeps a ledger open, as a run does; with -answering it gives copies of
// it to those who ask, as a run does, too.
func scriptHold(ts *testscript.TestScript, neg bool, args []string) {
	answering := len(args) > 0 && args[0] == "-answering"
	if answering {
		args = args[1:]
	}
	arguments(ts, neg, args, "hold [-answering] LEDGER", 1)
	l, err := reopen(ts.MkAbs(args[0]), "")
	ts.Check(err)
	ts.Value(heldKey{}).(*held).ledger = l
	ts.Defer(func() { _ = l.Close() }) // closing again does nothing
	if !answering {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	ts.Defer(func() { cancel(); wg.Wait() })
	wg.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			_ = l.AnswerReaders(ctx) // whoever asked in vain says so
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	})
}

// scriptRelease closes the ledger that is held.
func scriptRelease(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "release", 0)
	ts.Check(ts.Value(heldKey{}).(*held).ledger.Close())
}

// scriptMove makes a ledger one of another machine.
func scriptMove(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "move LEDGER", 1)
	l, err := reopen(ts.MkAbs(args[0]), "elsewhere")
	ts.Check(err)
	ts.Check(l.Close())
}

// reopen opens a ledger for whatever it speaks of, on another machine if one is named.
func reopen(path, machine string) (*checkpoint.Ledger, error) {
	r, err := checkpoint.OpenReader(path, nil)
	if err != nil {
		return nil, err
	}
	binding := r.Binding()
	if err := r.Close(); err != nil {
		return nil, err
	}
	if machine != "" {
		binding.Machine = machine
	}
	return checkpoint.Open(path, binding, &checkpoint.Options{AdoptMachine: true})
}
