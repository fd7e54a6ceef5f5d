package emulator_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

func TestListen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "acs")
	s := openIn(t, dir, nil)
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(s.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			hc := &http.Client{Transport: &http.Transport{
				TLSClientConfig:   &tls.Config{RootCAs: roots},
				ForceAttemptHTTP2: protocol == "HTTP/2.0",
			}}
			defer hc.CloseIdleConnections()
			req, _ := http.NewRequest("POST", s.Endpoint()+"/identities?api-version="+identityVersion, nil)
			sign(t, req, s.AccessKey(), nil)
			resp, err := hc.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusCreated || resp.Proto != protocol {
				t.Errorf("create identity = %s %s; want %s 201", resp.Proto, resp.Status, protocol)
			}
		})
	}
	checkModes(t, dir)
}

// checkModes checks that only the owner can read what the server keeps.
func checkModes(t *testing.T, dir string) {
	t.Helper()
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o700 {
		t.Errorf("mode of directory = %o; want 700", got)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Fatalf("directory = %v, %v; want three files", entries, err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("mode of %s = %o; want 600", e.Name(), got)
		}
	}
}

// TestCertificateStays checks that clients need not read the authority again
// after a restart.
func TestCertificateStays(t *testing.T) {
	dir := t.TempDir()
	var files [2]string
	for i := range files {
		s, err := emulator.Open(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Listen("127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(s.CAFile())
		if err != nil {
			t.Fatal(err)
		}
		files[i] = string(data)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if files[0] != files[1] {
		t.Error("authority changed with a restart")
	}
}

// TestIssuerNamed checks that the server's certificate names its authority by
// key: all authorities have one name, and OpenSSL tries the first it finds.
func TestIssuerNamed(t *testing.T) {
	s := open(t, nil)
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.Endpoint(), "https://"), &tls.Config{RootCAs: s.CertPool()})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	chain := conn.ConnectionState().VerifiedChains[0]
	if got, want := chain[0].AuthorityKeyId, chain[1].SubjectKeyId; len(got) == 0 || !bytes.Equal(got, want) {
		t.Errorf("authority key ID of the server's certificate = %x; want %x", got, want)
	}
}
