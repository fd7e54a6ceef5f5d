package acsdest_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// Azurite is Microsoft's local server of Azure Blob Storage. The tests see it
// under the name of an account in Azure, over TLS.
type azuriteServer struct {
	address string // host and port
	key     string // of the account, in base64
	client  *http.Client
}

const (
	azuriteDir   = "../testdata/azurite"
	storageHost  = "contosomedia.blob.core.windows.net"
	mediaAccount = "contosomedia"
)

// azurite is the one server of the test run, started when it is first asked for.
var azurite struct {
	once    sync.Once
	running *azuriteServer
	stop    func()
	err     error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if azurite.stop != nil {
		azurite.stop()
	}
	os.Exit(code)
}

// azuriteFor returns the server; a test that cannot have one is skipped.
func azuriteFor(t testing.TB) *azuriteServer {
	t.Helper()
	if _, err := os.Stat(filepath.Join(azuriteDir, "node_modules")); err != nil {
		t.Skip("Azurite is not installed: npm ci --prefix testdata/azurite")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("Azurite needs Node.js, and there is none")
	}
	azurite.once.Do(func() { azurite.running, azurite.stop, azurite.err = startAzurite() })
	if azurite.err != nil {
		t.Fatal(azurite.err)
	}
	return azurite.running
}

// startAzurite runs the server until stop is called, or this process is gone.
func startAzurite() (_ *azuriteServer, stop func(), err error) {
	dir, err := os.MkdirTemp("", "azurite")
	if err != nil {
		return nil, nil, err
	}
	pool, err := writeCertificate(dir)
	if err != nil {
		return nil, nil, err
	}
	s := &azuriteServer{key: base64.StdEncoding.EncodeToString([]byte(rand.Text() + rand.Text()))}
	cmd := exec.Command("node", "azurite.js", "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence",
		"--cert", filepath.Join(dir, "cert.pem"), "--key", filepath.Join(dir, "key.pem"),
		"--oauth", "basic", "--skipApiVersionCheck", "--disableTelemetry", "--silent")
	cmd.Dir = azuriteDir
	cmd.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+mediaAccount+":"+s.key)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop = func() {
		stdin.Close() // which ends it
		cmd.Wait()
		os.RemoveAll(dir)
	}
	if s.address, err = addressIn(stdout); err != nil {
		stop()
		return nil, nil, err
	}
	go io.Copy(io.Discard, stdout)
	s.client = &http.Client{Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: pool},
		MaxIdleConnsPerHost: 32,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.address)
		},
	}}
	return s, stop, nil
}

// addressIn waits for the line in which Azurite says where it listens.
func addressIn(stdout io.Reader) (string, error) {
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "successfully listens on https://"); ok {
			return address, nil
		}
	}
	return "", fmt.Errorf("start Azurite: %w", errors.Join(lines.Err(), io.ErrUnexpectedEOF))
}

// writeCertificate makes cert.pem and key.pem for the server.
func writeCertificate(dir string) (*x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Azurite"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{storageHost}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(filepath.Join(dir, "cert.pem"), cert, 0o600); err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	return pool, os.WriteFile(filepath.Join(dir, "key.pem"),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600)
}

// connection is the account of the server.
func (s *azuriteServer) connection(t testing.TB) acsdest.StorageConnection {
	t.Helper()
	conn, err := acsdest.ParseStorageConnectionString("AccountName=" + mediaAccount + ";AccountKey=" + s.key)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// options lead to the server, without pauses before repetitions.
func (s *azuriteServer) options() *acsdest.BlobStoreOptions {
	return &acsdest.BlobStoreOptions{Transport: s.client, Retry: policy.RetryOptions{RetryDelay: time.Millisecond}}
}

// store makes a store in a new private container.
func (s *azuriteServer) store(t testing.TB, opts *acsdest.BlobStoreOptions) *acsdest.BlobStore {
	t.Helper()
	if opts == nil {
		opts = s.options()
	}
	store, err := acsdest.NewBlobStore(newContainerURL(), s.connection(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// newContainerURL names a container that is not there.
func newContainerURL() string {
	return "https://" + storageHost + "/" + strings.ToLower(rand.Text())
}

// storageToken is an Entra credential whose tokens Azurite takes: it looks at what
// is in them, not at their signature.
type storageToken struct{ scopes []string }

func (c *storageToken) GetToken(_ context.Context, opts policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.scopes = opts.Scopes
	now := time.Now()
	claims, err := json.Marshal(map[string]any{
		"aud": "https://storage.azure.com", "iss": "https://sts.windows.net/" + tenant + "/",
		"iat": now.Unix() - 60, "nbf": now.Unix() - 60, "exp": now.Unix() + 3600, "oid": tenant, "tid": tenant,
	})
	segment := base64.RawURLEncoding.EncodeToString
	token := segment([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + segment(claims) + "." + segment([]byte("unsigned"))
	return azcore.AccessToken{Token: token, ExpiresOn: now.Add(time.Hour)}, err
}

const tenant = "11111111-1111-1111-1111-111111111111"
