package acsdest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	endpoint = "https://contoso.communication.azure.com"
	alice    = mapping.CommunicationUserID("8:acs:11111111-1111-1111-1111-111111111111_0000000a-b1cc-8a94-e3c7-593a0d003a89")
	bob      = mapping.CommunicationUserID("8:acs:11111111-1111-1111-1111-111111111111_0000000a-b1cc-8c95-e3c7-593a0d003a8c")
	thread   = mapping.ThreadID("19:xpMEpgs_hSMB1QtAjq509RZGi76SaME0glQ98ZX34MA1@thread.v2")
	// threadPath is how requests name thread.
	threadPath = "/chat/threads/19%3AxpMEpgs_hSMB1QtAjq509RZGi76SaME0glQ98ZX34MA1%40thread.v2"
)

// script is a transport that answers from a list and keeps what it was sent.
type script struct {
	mu      sync.Mutex
	answers []answer
	sent    []sentRequest
}

type answer func(*http.Request) (*http.Response, error)

type sentRequest struct {
	Method, Host, URI, Body string
	Header                  http.Header
}

func (s *script) Do(req *http.Request) (*http.Response, error) {
	sent := sentRequest{Method: req.Method, Host: req.Host, URI: req.URL.RequestURI(), Header: req.Header.Clone()}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		sent.Body = string(body)
	}
	s.mu.Lock()
	s.sent = append(s.sent, sent)
	if len(s.answers) == 0 {
		s.mu.Unlock()
		return nil, errors.New("the script is at its end")
	}
	next := s.answers[0]
	s.answers = s.answers[1:]
	s.mu.Unlock()
	return next(req)
}

// count is how many requests arrived.
func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sent)
}

func play(answers ...answer) *script { return &script{answers: answers} }

// status answers with a status, a body, and headers given as name, value, ….
func status(code int, body string, header ...string) answer {
	return func(req *http.Request) (*http.Response, error) {
		h := http.Header{"Ms-Cv": {"cv.1"}}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{
			StatusCode: code, Status: http.StatusText(code), Header: h, Request: req,
			Body: io.NopCloser(strings.NewReader(body)),
		}, nil
	}
}

// fails does not answer.
func fails(err error) answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hangs answers when the request's context ends.
func hangs(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// breaksOff answers with a status and a body that ends too early.
func breaksOff(code int) answer {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := status(code, "")(req)
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader([]byte(`{"id":`)), errReader{io.ErrUnexpectedEOF}))
		return resp, err
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// oneToken is a source that gives everybody the same token.
type oneToken string

func (t oneToken) Token(context.Context, mapping.CommunicationUserID) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(t), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

const secretToken = "eyJ.secret-token.sig"

func newChat(t testing.TB, s *script, opts *acsdest.ClientOptions) *acsdest.Chat {
	t.Helper()
	chat, err := acsdest.NewChat(endpoint, oneToken(secretToken), withTransport(s, opts))
	if err != nil {
		t.Fatal(err)
	}
	return chat
}

const testKey = "dGhpcy1pcy1hLW1hZGUtdXAtYWNzLWFjY2Vzcy1rZXk="

func connection(t testing.TB) acsdest.Connection {
	t.Helper()
	conn, err := acsdest.ParseConnectionString("endpoint=" + endpoint + "/;accesskey=" + testKey)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func newIdentity(t testing.TB, s *script, opts *acsdest.ClientOptions) *acsdest.Identity {
	t.Helper()
	identity, err := acsdest.NewIdentity(connection(t), withTransport(s, opts))
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

func withTransport(s *script, opts *acsdest.ClientOptions) *acsdest.ClientOptions {
	o := acsdest.ClientOptions{}
	if opts != nil {
		o = *opts
	}
	o.Transport = s
	return &o
}

// asError finds the *acsdest.Error that every failed call ends with.
func asError(t testing.TB, err error) *acsdest.Error {
	t.Helper()
	var e *acsdest.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T (%v); want *acsdest.Error", err, err)
	}
	return e
}

func send(chat *acsdest.Chat) error {
	_, err := chat.SendMessage(context.Background(), alice, thread, mapping.NewChatMessage{Content: "very private"}, nil)
	return err
}

var hello = mapping.NewChatMessage{Content: "hello"}
