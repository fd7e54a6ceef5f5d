package acsdest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

func TestParseConnectionString(t *testing.T) {
	const want = "https://contoso.communication.azure.com"
	for _, tt := range []struct {
		name, in, endpoint, err string
	}{
		{"as the portal shows it", "endpoint=" + want + "/;accesskey=" + testKey, want, ""},
		{"in any case and order", "AccessKey=" + testKey + ";EndPoint=" + want, want, ""},
		{"spaces and an empty field", " endpoint = " + want + "/ ; accesskey = " + testKey + " ;", want, ""},
		{"unknown fields", "endpoint=" + want + "/;accesskey=" + testKey + ";more=x", want, ""},
		{"the default port goes", "endpoint=https://Contoso.communication.azure.com:443/;accesskey=" + testKey, want, ""},
		{"another port stays", "endpoint=https://127.0.0.1:4430/;accesskey=" + testKey, "https://127.0.0.1:4430", ""},
		{"no endpoint", "accesskey=" + testKey, "", "no endpoint in it"},
		{"no key", "endpoint=" + want, "", "no accesskey in it"},
		{"empty", "", "", "no endpoint in it"},
		{"twice", "endpoint=" + want + ";endpoint=" + want + ";accesskey=" + testKey, "", "endpoint stands in it twice"},
		{"plain HTTP", "endpoint=http://contoso.example/;accesskey=" + testKey, "", "endpoint is not https"},
		{"a path", "endpoint=" + want + "/chat;accesskey=" + testKey, "", "endpoint has more than a host"},
		{"a user", "endpoint=https://me:" + testKey + "@contoso.example;accesskey=" + testKey, "", "endpoint has more than a host"},
		{"the key as endpoint", "endpoint=" + testKey + ";accesskey=" + testKey, "", "endpoint is not a URL"},
		{"not base64", "endpoint=" + want + ";accesskey=%%%" + testKey, "", "access key is not base64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := acsdest.ParseConnectionString(tt.in)
			if tt.err == "" {
				if err != nil || got.Endpoint != tt.endpoint || got.AccessKey.IsZero() {
					t.Errorf("ParseConnectionString = %v, %v; want endpoint %s and a key", got, err, tt.endpoint)
				}
				return
			}
			var e *acsdest.ConnectionError
			if !errors.As(err, &e) || !strings.HasSuffix(err.Error(), tt.err) {
				t.Fatalf("ParseConnectionString: %v; want a ConnectionError ending in %q", err, tt.err)
			}
			if strings.Contains(err.Error()+e.Hint(), testKey) {
				t.Errorf("the key shows in %q", err)
			}
		})
	}
}

func TestAccessKeyIsHidden(t *testing.T) {
	conn := connection(t)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("connected", "conn", conn, "key", conn.AccessKey)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("connected", "conn", conn, "key", conn.AccessKey)
	marshalled, err := json.Marshal(conn)
	if err != nil {
		t.Fatal(err)
	}
	shown := log.String() + string(marshalled)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%c", "%p"} {
		shown += fmt.Sprintf(verb+verb, conn, conn.AccessKey)
	}
	plain := "this-is-a-made-up-acs-access-key"
	for _, secret := range []string{testKey, plain, fmt.Sprintf("%x", plain), fmt.Sprintf("%d", []byte(plain)[:4])[1:]} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q shows in %s", secret, shown)
		}
	}
}

func FuzzParseConnectionString(f *testing.F) {
	f.Add("endpoint=https://contoso.communication.azure.com/;accesskey=" + testKey)
	f.Add("Endpoint=https://[::1]:443/;AccessKey=====")
	f.Fuzz(func(t *testing.T, s string) {
		conn, err := acsdest.ParseConnectionString(s)
		if err != nil {
			return
		}
		again, err := acsdest.ParseConnectionString("endpoint=" + conn.Endpoint + ";accesskey=" + testKey)
		if err != nil || again.Endpoint != conn.Endpoint {
			t.Errorf("%q read again is %q, %v", conn.Endpoint, again.Endpoint, err)
		}
	})
}
