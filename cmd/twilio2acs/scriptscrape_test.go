package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var (
	metricsURL      = regexp.MustCompile(`"url":"(http://[^"]+/metrics)"`)
	messagesCarried = regexp.MustCompile(`(?m)^twilio2acs_messages_total (\S+)$`)
)

// scrapePatience is how long a run may take, on a machine that is busy, until it
// has carried what is waited for.
const scrapePatience = 2 * time.Minute

// scriptScrape asks a run for its metrics, at the address that its log tells, until
// it has carried so many messages, and writes them to a file.
func scriptScrape(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "scrape LOG MESSAGES FILE", 3)
	least, err := strconv.ParseFloat(args[1], 64)
	ts.Check(err)
	var last error
	for began := time.Now(); time.Since(began) < scrapePatience; time.Sleep(20 * time.Millisecond) {
		text, carried, err := scrape(ts.MkAbs(args[0]))
		if err == nil && carried >= least {
			ts.Check(os.WriteFile(ts.MkAbs(args[2]), text, 0o600))
			return
		}
		last = err
	}
	ts.Fatalf("no metrics of %v messages: %v", least, last)
}

// scrape reads the metrics of the run with that log.
func scrape(log string) (text []byte, messages float64, err error) {
	text, err = os.ReadFile(log)
	if err != nil {
		return nil, 0, err
	}
	at := metricsURL.FindSubmatch(text)
	if at == nil {
		return nil, 0, fmt.Errorf("no address in the log")
	}
	resp, err := http.Get(string(at[1]))
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	if text, err = io.ReadAll(resp.Body); err != nil {
		return nil, 0, err
	}
	carried := messagesCarried.FindSubmatch(text)
	if resp.StatusCode != http.StatusOK || carried == nil {
		return nil, 0, fmt.Errorf("status %s, %d bytes", resp.Status, len(bytes.TrimSpace(text)))
	}
	messages, err = strconv.ParseFloat(string(carried[1]), 64)
	return text, messages, err
}
