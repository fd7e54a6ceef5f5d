package emulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/moby/sys/atomicwriter"
)

const (
	caFile     = "ca.pem"     // certificate of the authority, for clients to trust
	serverFile = "server.pem" // certificate and key of the server
)

// certificateLife is how long both certificates are valid. Both are made anew
// when less than a month is left, and clients must then read the file again.
const certificateLife = 10 * 365 * 24 * time.Hour

const renewBefore = 30 * 24 * time.Hour

// CAFile is the path of the PEM file with the authority that vouches for the
// server. The file is there once Listen has returned.
func (s *Server) CAFile() string { return filepath.Join(s.dir, caFile) }

func serverTLS(cert tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
}

// loadCertificates reads the server's certificate and its authority, or makes
// them. The authority's key is used once and never stored.
func loadCertificates(dir string) (tls.Certificate, *x509.CertPool, error) {
	serverPath, caPath := filepath.Join(dir, serverFile), filepath.Join(dir, caFile)
	if !certificatesUsable(serverPath, caPath) {
		if err := makeCertificates(serverPath, caPath); err != nil {
			return tls.Certificate{}, nil, fmt.Errorf("make certificate of embedded ACS: %w", err)
		}
	}
	cert, err := tls.LoadX509KeyPair(serverPath, serverPath)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("load certificate of embedded ACS: %w", err)
	}
	ca, err := os.ReadFile(caPath)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("load certificate of embedded ACS: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	return cert, roots, nil
}

// certificatesUsable reports whether both files are there and valid for a while.
func certificatesUsable(serverPath, caPath string) bool {
	cert, err := tls.LoadX509KeyPair(serverPath, serverPath)
	if err != nil {
		return false
	}
	if _, err := os.Stat(caPath); errors.Is(err, fs.ErrNotExist) {
		return false
	}
	at := time.Now()
	return at.After(cert.Leaf.NotBefore) && at.Before(cert.Leaf.NotAfter.Add(-renewBefore))
}

func makeCertificates(serverPath, caPath string) error {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serverKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	ca := template("twilio2acs embedded ACS authority")
	ca.IsCA, ca.BasicConstraintsValid = true, true
	ca.KeyUsage = x509.KeyUsageCertSign
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return err
	}
	// Read back, it has the key ID by which clients tell authorities of one name apart.
	issuer, err := x509.ParseCertificate(caDER)
	if err != nil {
		return err
	}
	leaf := template("twilio2acs embedded ACS")
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	leaf.DNSNames = []string{"localhost"}
	leaf.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, issuer, serverKey.Public(), caKey)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(serverKey)
	if err != nil {
		return err
	}
	server := append(block("CERTIFICATE", leafDER), block("PRIVATE KEY", keyDER)...)
	if err := atomicwriter.WriteFile(caPath, block("CERTIFICATE", caDER), 0o600); err != nil {
		return err
	}
	return atomicwriter.WriteFile(serverPath, server, 0o600)
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// template is what both certificates share.
func template(name string) *x509.Certificate {
	at := time.Now()
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetInt64(at.UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    at.Add(-time.Hour),
		NotAfter:     at.Add(certificateLife),
	}
}
