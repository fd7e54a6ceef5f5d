package killtest_test

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// runFlags are those that only runs have.
func (tr *trial) runFlags(canary string) []string {
	flags := []string{"--settle", settle.String(), "--max-delete", "100", "--accept", "all", "--canary", canary}
	if tr.mode.live {
		flags = append(flags, "--deep")
	}
	return flags
}

func (tr *trial) canary() string {
	if tr.mode.canary {
		return "always"
	}
	return "never"
}

// start starts a command of the program on the migration of this trial.
func (tr *trial) start(command string, more ...string) *process {
	tr.t.Helper()
	tr.runs++
	args := append([]string{command, "--dest", "acs", "--acs-ca", tr.path("proxy.pem"),
		"--state", tr.path("run.db"), "--media", "local:" + tr.path("media"), "--media-url-template", tr.rules.MediaURL,
		"--progress", "none", "-o", "json", "--log-file", tr.path("log.jsonl")}, more...)
	args = append(args, tr.mode.pace()...)
	env := []string{"ACS_CONNECTION_STRING=" + tr.proxy.connectionString(), "HOME=" + tr.dir, "TMPDIR=" + os.TempDir()}
	if tr.mode.live {
		args = append(args, "--source", "twilio", "--twilio-url", tr.twilio.URL, "--mcs-url", tr.twilio.MCSURL)
		env = append(env, "TWILIO_ACCOUNT_SID="+tr.twilio.AccountSID, "TWILIO_AUTH_TOKEN=any")
	} else {
		args = append(args, "--source", tr.path("source"))
	}
	ps, err := tr.program.start(tr.output(), env, args...)
	must(tr.t, err)
	return ps
}

// serveTwilio serves the snapshot as it is now, not without faults.
func (tr *trial) serveTwilio() {
	tr.t.Helper()
	if !tr.mode.live {
		return
	}
	if tr.twilio != nil {
		tr.twilio.kill()
	}
	var err error
	tr.twilio, err = tr.program.serve("twilio", "--snapshot", tr.path("source"), "--fault-seed", strconv.Itoa(tr.runs+1),
		"--fault", "reset,p=0.02", "--fault", "503,p=0.01", "--fault", "slow,p=0.05,delay=50ms", "--fault", "short,p=0.2,items=3")
	must(tr.t, err)
	tr.t.Cleanup(tr.twilio.kill)
}

// output is where the latest command prints to, but for its suffix.
func (tr *trial) output() string { return tr.path(fmt.Sprintf("%03d", tr.runs)) }

// wait waits for the end of a process, but not for ever.
func (tr *trial) wait(ps *process) int {
	tr.t.Helper()
	hanging := time.AfterFunc(hangs, func() {
		tr.t.Errorf("run %d hangs", tr.runs)
		ps.kill()
	})
	defer hanging.Stop()
	return ps.wait()
}

// printed is what the latest command printed, as far as it is short.
func (tr *trial) printed() string {
	var all []byte
	for _, suffix := range []string{".err", ".out"} {
		content, err := os.ReadFile(tr.output() + suffix)
		must(tr.t, err)
		all = append(all, content[:min(len(content), 4000)]...)
	}
	return string(all)
}
