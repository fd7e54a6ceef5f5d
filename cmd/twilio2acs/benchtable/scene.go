package main

import (
	"context"
	"path/filepath"
)

// scene is a workload beside an ACS, and where wanted a Twilio, each in a process of
// its own.
type scene struct {
	b        *bench
	dir      string
	work     workload
	acs      *server
	twilio   *server // nil: the snapshot is read as it is
	cleanups []func()
}

// A source is where a scene reads from.
type source bool

const (
	snapshot source = false
	live     source = true
)

// stage sets up a scene. Limits are flags of serve acs.
func (b *bench) stage(work workload, from source, limits ...string) (*scene, error) {
	dir, done, err := b.place()
	if err != nil {
		return nil, err
	}
	s := &scene{b: b, dir: dir, work: work, cleanups: []func(){done}}
	if err := s.open(from, limits); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *scene) open(from source, limits []string) error {
	if err := s.work.write(s.path("snapshot")); err != nil {
		return err
	}
	var err error
	if s.acs, err = s.b.serve(s.dir, append([]string{"acs", "--data", "acs"}, limits...)...); err != nil {
		return err
	}
	s.cleanups = append(s.cleanups, s.acs.stop)
	if from == snapshot {
		return nil
	}
	if s.twilio, err = s.b.serve(s.dir, "twilio", "--snapshot", "snapshot"); err != nil {
		return err
	}
	s.cleanups = append(s.cleanups, s.twilio.stop)
	return nil
}

// close stops the servers and removes what is there.
func (s *scene) close() {
	for i := len(s.cleanups) - 1; i >= 0; i-- {
		s.cleanups[i]()
	}
}

func (s *scene) path(name string) string { return filepath.Join(s.dir, name) }

// run migrates. More are further flags.
func (s *scene) run(ctx context.Context, more ...string) (usage, error) {
	args := []string{"run", "--source", "snapshot", "--dest", "acs", "--acs-ca", s.acs.CA, "--media", "none", "--accept", "all", "--progress", "none"}
	if s.twilio != nil {
		args[2] = "twilio"
		args = append(args, "--twilio-url", s.twilio.URL, "--mcs-url", s.twilio.MCSURL)
	}
	return s.b.do(ctx, s.dir, s.environment(), append(args, more...)...)
}

func (s *scene) environment() []string {
	return []string{
		"ACS_CONNECTION_STRING=" + s.acs.ConnectionString,
		"TWILIO_ACCOUNT_SID=" + accountSID, "TWILIO_AUTH_TOKEN=anything",
		"TWILIO_API_KEY=", "TWILIO_API_SECRET=", "TWILIO_REGION=", "TWILIO_EDGE=",
	}
}
