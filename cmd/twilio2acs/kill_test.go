package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// TestKills migrates behind a proxy that cuts connections, with the process
// killed at random moments, until enough kills are done; in between, real users
// write, edit and delete in the threads. Then the destination is read: nothing
// may be missing, twice or out of order, and nothing of the users' changed.
//
// TWILIO2ACS_KILLS sets the number of kills, TWILIO2ACS_SEED repeats a failure.
func TestKills(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes its time")
	}
	kills, err := strconv.Atoi(os.Getenv("TWILIO2ACS_KILLS"))
	if err != nil {
		kills = 3
	}
	seed, err := strconv.ParseUint(os.Getenv("TWILIO2ACS_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("TWILIO2ACS_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	want := undisturbed(t)
	for migration := 1; kills > 0; migration++ {
		m := newKilled(t, random)
		killed := m.run(kills)
		m.check(want)
		t.Logf("migration %d: %d kills; the proxy cut %d, refused %d, answered %d requests; %d messages by users",
			migration, killed, m.proxy.cut.Load(), m.proxy.refused.Load(), m.proxy.passed.Load(), m.users.sent())
		kills -= max(1, killed)
	}
}

// killed is a migration whose process dies again and again.
type killed struct {
	t      *testing.T
	random *rand.Rand
	dir    string
	acs    *exec.Cmd
	proxy  *cuttingProxy
	users  *realUsers
	args   []string // of run
}

// filesURL is how messages name files here.
const filesURL = "https://files.example.com/{key}"

func program(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("twilio2acs")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir)
	return cmd
}

func contosoDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../testdata/snapshots/contoso")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// undisturbed is what the threads hold after a run that nothing disturbs.
func undisturbed(t *testing.T) *contents {
	t.Helper()
	dir := t.TempDir()
	cmd := program(t, dir, "run", "--source", contosoDir(t), "--dest", "local:out", "--media-url-template", filesURL)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("undisturbed run: %v\n%s", err, out)
	}
	return readHeld(t, filepath.Join(dir, "out"), filepath.Join(dir, defaultState))
}

func newKilled(t *testing.T, random *rand.Rand) *killed {
	t.Helper()
	k := &killed{t: t, random: random, dir: t.TempDir()}
	k.acs = program(t, k.dir, "serve", "acs", "--data", "acs", "--limits", "off")
	stdout, err := k.acs.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.acs.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.acs.Process.Kill(); _ = k.acs.Wait() })
	var ready struct{ Endpoint, ConnectionString, CA string }
	if err := json.NewDecoder(stdout).Decode(&ready); err != nil {
		t.Fatalf("serve acs: %v", err)
	}
	k.proxy = newCuttingProxy(t, random, ready.Endpoint, ready.CA)
	k.users = newRealUsers(t, k.proxy, random.Uint64())
	_, key, _ := strings.Cut(ready.ConnectionString, ";")
	t.Setenv("ACS_CONNECTION_STRING", "endpoint="+k.proxy.url+"/;"+key)
	k.args = []string{
		"--source", contosoDir(t), "--dest", "acs", "--acs-ca", k.proxy.ca, "--limits", "off",
		"--media", "local:files", "--media-url-template", filesURL,
	}
	return k
}

// settleAfterKill is how long a run waits after a kill before it sends anything
// but what it knows to be missing: the pause between two signs of life, and
// --settle.
const settleAfterKill = 5*time.Second + 300*time.Millisecond

// run runs until a run comes to its end by itself, after at most that many kills.
func (k *killed) run(most int) (kills int) {
	k.t.Helper()
	for {
		cmd := program(k.t, k.dir, append([]string{"run", "--accept", "all", "--settle", "300ms", "--canary", "never", "--progress", "none"}, k.args...)...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			k.t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		var dies <-chan time.Time // never, once it has died often enough
		if kills < most {
			timer := time.NewTimer(k.life(kills))
			defer timer.Stop()
			dies = timer.C
		}
		select {
		case <-dies:
			_ = cmd.Process.Kill()
			<-done
			kills++
		case err := <-done:
			var exit *exec.ExitError
			if err == nil {
				return kills
			}
			if errors.As(err, &exit) && exit.ExitCode() == exitOutage {
				continue // the proxy was too hard on it
			}
			k.t.Fatalf("run: %v in %s\n%s", err, k.dir, out.Bytes())
		}
	}
}

// life is how long the next process lives.
func (k *killed) life(kills int) time.Duration {
	life := time.Duration(k.random.Int64N(int64(time.Second)))
	if kills > 0 && k.random.IntN(4) > 0 {
		life += settleAfterKill
	}
	return life
}

// check reads the destination and compares.
func (k *killed) check(want *contents) {
	t := k.t
	t.Helper()
	k.users.stop()
	k.proxy.calm()
	for _, command := range [][]string{{"verify"}, {"run", "--accept", "all", "--canary", "never"}} {
		before := k.proxy.writes.Load()
		cmd := program(t, k.dir, append(append(command, "--progress", "none"), k.args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v in %s\n%s", command[0], err, k.dir, out)
		}
		if n := k.proxy.writes.Load() - before; n > 0 {
			t.Errorf("%s made %d writes", command[0], n)
		}
	}
	_ = k.acs.Process.Signal(os.Interrupt)
	_ = k.acs.Wait()
	got := readHeld(t, filepath.Join(k.dir, "acs"), filepath.Join(k.dir, defaultState))
	if got.threads != want.threads {
		t.Errorf("threads differ from those of an undisturbed run, in %s: %s", k.dir, difference(got.threads, want.threads))
	}
	if got.identities > want.identities+got.unused {
		t.Errorf("%d identities, %d needed and %d reported unused", got.identities, want.identities, got.unused)
	}
	if theirs := k.users.standing(); !slices.Equal(got.foreign, theirs) {
		t.Errorf("of the users stands %q, want %q", got.foreign, theirs)
	}
}

// contents is what a destination holds.
type contents struct {
	threads    string // without what people wrote, as JSON
	foreign    []string
	identities int
	unused     int
}

// readHeld reads a destination that nobody has open. The ledger only gives names
// to its users.
func readHeld(t *testing.T, dir, ledger string) *contents {
	t.Helper()
	server, err := emulator.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	names, err := userNames(ledger)
	if err != nil {
		t.Fatal(err)
	}
	threads, err := server.Dump(func(user string) string { return names[user] })
	if err != nil {
		t.Fatal(err)
	}
	h := new(contents)
	for i := range threads {
		h.foreign = append(h.foreign, setForeignApart(&threads[i])...)
	}
	slices.Sort(h.foreign)
	slices.SortFunc(threads, func(a, b emulator.DumpedThread) int {
		return strings.Compare(a.Metadata["twilioConversationSid"], b.Metadata["twilioConversationSid"])
	})
	text, err := json.MarshalIndent(threads, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	h.threads = string(text)
	stats, err := server.Stats()
	if err != nil {
		t.Fatal(err)
	}
	h.identities, h.unused = stats.Identities, unusedIdentities(t, ledger)
	return h
}

// setForeignApart takes what people wrote out of a thread, and what was deleted.
func setForeignApart(th *emulator.DumpedThread) (foreign []string) {
	place := make([]int, len(th.Messages)+1) // of each message among ours
	var ours []emulator.DumpedMessage
	for i, m := range th.Messages {
		switch {
		case m.Deleted:
		case m.Metadata["twilioMessageSid"] != "":
			ours = append(ours, m)
		default:
			foreign = append(foreign, m.Content)
		}
		place[i+1] = len(ours)
	}
	for i := range th.Members {
		th.Members[i].Read = place[th.Members[i].Read]
	}
	th.Messages = ours
	return foreign
}

func unusedIdentities(t *testing.T, ledger string) int {
	t.Helper()
	out, err := program(t, filepath.Dir(ledger), "status", "--state", ledger, "-o", "json").Output()
	var doc struct {
		Counts struct{ Unused int }
	}
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(out)).Decode(&doc)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return doc.Counts.Unused
}

// difference is the first line in which two texts differ.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "line " + strconv.Itoa(i+1) + ": got " + g[i][:min(300, len(g[i]))] + ", want " + w[i][:min(300, len(w[i]))]
		}
	}
	return "one is longer"
}
