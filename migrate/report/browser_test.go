package report_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserLimit is when a browser that does not answer is given up; a slow machine
// needs a part of it.
const browserLimit = 3 * time.Minute

// tab is a page in a real browser.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu sync.Mutex
	// harm is what no report may do: errors, dialogs, requests.
	harm []string
}

// browse opens a page in a headless Chromium. Without one the test is skipped.
func browse(t *testing.T, html []byte) *tab {
	t.Helper()
	program := chromium(t)
	file := filepath.Join(t.TempDir(), "report.html")
	must(t, os.WriteFile(file, html, 0o600))
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.WSURLReadTimeout(browserLimit))
	ctx, cancel := context.WithTimeout(context.Background(), browserLimit)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	where := (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String()
	must(t, chromedp.Listen(ctx, func(event any) { b.note(event, where) }))
	_, err := chromedp.Call(ctx, log.Enable, cdp.Empty{})
	must(t, err)
	_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	must(t, err)
	_, err = chromedp.Call(ctx, runtime.Enable, cdp.Empty{})
	must(t, err)
	b.do(chromedp.Navigate(where), chromedp.WaitReady("footer"))
	return b
}

// chromium is the path of a Chromium.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("SKIPPED: there is no Chromium (apt-get install chromium): nobody has looked at the HTML reports")
	return ""
}

// note keeps what a report must not do.
func (b *tab) note(event any, self string) {
	harm := ""
	switch e := event.(type) {
	case *log.EventEntryAdded:
		harm = "log: " + e.Entry.Text
	case *runtime.EventConsoleAPICalled:
		harm = "console: " + string(e.Type)
	case *runtime.EventExceptionThrown:
		harm = "exception: " + e.ExceptionDetails.Text
	case *page.EventJavascriptDialogOpening:
		harm = "dialog: " + e.Message
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; u != self && !strings.HasPrefix(u, "data:") {
			harm = "request: " + u
		}
	}
	if harm != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.harm = append(b.harm, harm)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	must(b.t, chromedp.Do(b.ctx, steps...))
}

// eval is the value of an expression in the page.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	must(b.t, err)
	return value
}

// until waits until an expression is true.
func (b *tab) until(expression string) {
	b.t.Helper()
	b.do(chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(browserLimit), chromedp.WithPollingInterval(20*time.Millisecond)))
}

// harms are what the page did and must not have done.
func (b *tab) harms() []string {
	b.t.Helper()
	b.mu.Lock()
	harms := append([]string(nil), b.harm...)
	b.mu.Unlock()
	if got := eval[string](b, `String(window.pwned)`); got != "undefined" {
		harms = append(harms, "a script of somebody else ran: "+got)
	}
	const foreign = `document.querySelectorAll("a, iframe, object, embed, form, base, head > :not(meta, title, style), style ~ style, " +
		"script:not(body > script), script[src], img:not([src^='data:image/jpeg;base64,'])").length`
	if n := eval[int](b, foreign); n > 0 {
		harms = append(harms, fmt.Sprintf("%d elements that no report has", n))
	}
	return harms
}

// harmless fails the test if the page did what it must not.
func (b *tab) harmless() {
	b.t.Helper()
	for _, h := range b.harms() {
		b.t.Error(h)
	}
}

// fits fails the test if the page is wider than a window of so many pixels.
func (b *tab) fits(width int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 844))
	if got := eval[int64](b, `document.documentElement.scrollWidth`); got > width {
		b.t.Errorf("the page is %d pixels wide in a window of %d", got, width)
	}
}

// The browser of these tests notices what it is there to notice.
func TestBrowserNotices(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser for each case")
	}
	for _, tt := range []struct{ name, html, want string }{
		{"a script", `<script>window.pwned = 1</script>`, "script of somebody else"},
		{"an error", `<script>throw new Error("x")</script>`, "exception"},
		{"the console", `<script>console.log("x")</script>`, "console: log"},
		{"a request", `<img src="https://evil.example/x.png">`, "request: https://evil.example/x.png"},
		{"an element", `<iframe></iframe>`, "1 elements"},
		{"what the policy forbids", `<meta http-equiv="Content-Security-Policy" content="default-src 'none'"><p onclick="x()" style="color:red">`, "log: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := browse(t, []byte("<!DOCTYPE html>"+tt.html+"<footer></footer>"))
			if got := strings.Join(b.harms(), "; "); !strings.Contains(got, tt.want) {
				t.Errorf("it noticed %q, not %q", got, tt.want)
			}
		})
	}
}

// written is what write writes.
func written(t *testing.T, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, write(&b))
	return b.Bytes()
}
