package killtest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"sync"
)

// ready is the line that a server prints once it serves.
type ready struct {
	// serve acs
	Endpoint         string `json:"endpoint"`
	ConnectionString string `json:"connectionString"`
	CA               string `json:"ca"`
	// serve twilio
	URL        string `json:"url"`
	MCSURL     string `json:"mcsUrl"`
	AccountSID string `json:"accountSid"`
}

// A service is a server of the program in a process of its own.
type service struct {
	ready
	cmd *exec.Cmd
}

// serve starts a server and waits until it is ready.
func (p program) serve(args ...string) (*service, error) {
	s := &service{cmd: exec.CommandContext(context.Background(), string(p), append([]string{"serve"}, args...)...)}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &s.ready)
	}
	if err != nil {
		s.kill()
		return nil, fmt.Errorf("serve %s: %w", args[0], err)
	}
	return s, nil
}

// kill ends the server with SIGKILL. One that has ended stays so.
func (s *service) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // that it was killed is known
}

// An acs is the embedded ACS, which can be killed and started again on the same
// data.
type acs struct {
	program program
	args    []string
	ready   ready // of the first start; the key and the authority stay the same

	mu  sync.Mutex
	now *service
}

// startACS serves the directory data.
func startACS(p program, data string, more ...string) (*acs, error) {
	a := &acs{program: p, args: append([]string{"acs", "--data", data}, more...)}
	var err error
	if a.now, err = p.serve(a.args...); err != nil {
		return nil, err
	}
	a.ready = a.now.ready
	return a, nil
}

// crash kills the server and starts it again, at another port.
func (a *acs) crash() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now.kill()
	again, err := a.program.serve(a.args...)
	if err == nil {
		a.now = again
	}
	return err
}

// stop ends the server for good, as abruptly.
func (a *acs) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now.kill()
}

// address is where the server is now. Whoever asks while it is down waits.
func (a *acs) address() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now.Endpoint
}
