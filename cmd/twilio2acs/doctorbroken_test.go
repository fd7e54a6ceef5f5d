package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// examinedBy is what doctor says with these flags, as people see it.
func examinedBy(t *testing.T, args ...string) (exit int, said string) {
	t.Helper()
	var out, err strings.Builder
	exit = execute(append([]string{"doctor"}, args...), &streams{in: strings.NewReader(""), out: &resultWriter{w: &out}, err: &console{w: &err}})
	if err.Len() > 0 {
		t.Logf("stderr: %s", err.String())
	}
	return exit, out.String()
}

// checkSaid fails unless a line of said begins with verdict and name and has what,
// and the next one has the remedy.
func checkSaid(t *testing.T, said string, verdict verdict, name, what, remedy string) {
	t.Helper()
	lines := strings.Split(said, "\n")
	for i, line := range lines[:len(lines)-1] {
		if strings.HasPrefix(line, fmt.Sprintf("  %s  %s ", verdict, name)) && strings.Contains(line, what) && strings.Contains(lines[i+1], "→ ") && strings.Contains(lines[i+1], remedy) {
			return
		}
	}
	t.Errorf("doctor does not say %s of %s: %q with the remedy %q, but\n%s", verdict, name, what, remedy, said)
}

// twilioWith serves one page without services, and whatever answer does before.
func twilioWith(t *testing.T, answer func(http.ResponseWriter, *http.Request) (done bool)) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if !answer(w, r) {
			fmt.Fprint(w, `{"services":[],"meta":{"key":"services","page":0,"page_size":100,"next_page_url":null}}`)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestDoctorOfTwilio(t *testing.T) {
	refuse := func(status, code int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"code":%d,"message":"Authenticate","status":%d}`, code, status)
			return true
		}
	}
	dated := func(by time.Duration) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat))
			return false
		}
	}
	for _, tt := range []struct {
		name                string
		answer              func(http.ResponseWriter, *http.Request) bool
		exit                int
		verdict             verdict
		check, what, remedy string
	}{
		{"a wrong key, or an expired one", refuse(401, 20003), exitTwilioCredentials, verdictFail, "twilio", "401 Unauthorized", "TWILIO_"},
		{"a key that may not read", refuse(403, 20403), exitTwilioCredentials, verdictFail, "twilio", "403 Forbidden", "TWILIO_"},
		{"a clock that is behind", dated(time.Hour), exitError, verdictFail, "clock", " ahead", "NTP"},
		{"a clock that is somewhat ahead", dated(-20 * time.Second), exitDone, verdictWarn, "clock", " behind", "NTP"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef")
			t.Setenv("TWILIO_AUTH_TOKEN", "secret")
			t.Setenv("TWILIO_API_KEY", "")
			url, dir := twilioWith(t, tt.answer), t.TempDir()
			exit, said := examinedBy(t, "--twilio-url", url, "--mcs-url", url, "--dest", "local:"+filepath.Join(dir, "out"), "--state", filepath.Join(dir, "run.db"))
			if exit != tt.exit {
				t.Errorf("exit code %d, want %d", exit, tt.exit)
			}
			checkSaid(t, said, tt.verdict, tt.check, tt.what, tt.remedy)
		})
	}
}

// A key that was regenerated meanwhile is refused by ACS.
func TestDoctorOfWrongACSKey(t *testing.T) {
	dir := t.TempDir()
	server, err := emulator.Open(filepath.Join(dir, "acs"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	if err := server.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ACS_CONNECTION_STRING", "endpoint="+server.Endpoint()+";accesskey=d3Jvbmc=")
	exit, said := examinedBy(t, "--source", "../../testdata/snapshots/tiny", "--dest", "acs", "--acs-ca", server.CAFile(), "--media", "none", "--state", filepath.Join(dir, "run.db"))
	if exit != exitACSCredentials {
		t.Errorf("exit code %d, want %d", exit, exitACSCredentials)
	}
	checkSaid(t, said, verdictFail, "acs", "401 Unauthorized (Denied)", "a regenerated key and a clock that is minutes off")
}
