package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// scriptLate serves an account in which somebody writes at the worst moment: it is one
// snapshot until that run of a ledger has ended, and another from then on. It sets $url
// and $mcsUrl.
func scriptLate(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "late LEDGER RUN SNAPSHOT LATER", 4)
	run, err := strconv.Atoi(args[1])
	ts.Check(err)
	before, after := account(ts, args[2]), account(ts, args[3])
	ledger := ts.MkAbs(args[0])
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := before
		if hasEnded(ledger, run) {
			now = after
		}
		now.ServeHTTP(w, r)
	}))
	ts.Defer(front.Close)
	ts.Setenv("url", front.URL)
}

// account serves a snapshot, and sets $mcsUrl to where its files are.
func account(ts *testscript.TestScript, snapshot string) http.Handler {
	snap, err := twiliosrc.OpenSnapshot(context.Background(), ts.MkAbs(snapshot), nil)
	ts.Check(err)
	server := fixtureserver.New(snap, &fixtureserver.Options{ProductionURLs: true})
	ts.Defer(func() { ts.Check(server.Close()); ts.Check(snap.Close()) })
	at, err := server.Listen(context.Background(), "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("mcsUrl", at.MCSURL)
	to, err := url.Parse(at.URL)
	ts.Check(err)
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
}

// hasEnded reports whether a run of a ledger has ended, as the run itself tells.
func hasEnded(ledger string, run int) bool {
	if _, err := os.Stat(statusPath(ledger)); err != nil {
		return false
	}
	f, err := readStatusFile(ledger)
	return err == nil && f.Live.Phase == phaseEnded && f.Live.Run >= run
}
