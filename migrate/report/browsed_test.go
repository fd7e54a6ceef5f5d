package report_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// search looks for a conversation by a part of its name.
func (b *tab) search(t *testing.T) {
	t.Helper()
	b.do(chromedp.SendKeys("#q", "topic 9876"))
	b.until(`document.getElementById("count").textContent === "1 of 10,000 conversations"`)
	if got := eval[int](b, `document.querySelectorAll("#conv tbody tr").length`); got != 1 {
		t.Errorf("%d rows are found, not 1", got)
	}
	b.do(chromedp.SendKeys("#q", "nothing has this name"))
	b.until(`document.getElementById("count").textContent === "0 of 10,000 conversations"`)
	b.do(script(`document.getElementById("q").value = ""`), chromedp.SendKeys("#q", " "))
	b.until(`document.getElementById("count").textContent === "10,000 conversations"`)
	b.do(chromedp.SetValue("#verb", "blocked"), script(`document.getElementById("verb").dispatchEvent(new Event("change"))`))
	b.until(`document.getElementById("count").textContent === "100 of 10,000 conversations"`)
	b.do(script(`document.getElementById("verb").value = ""; document.getElementById("verb").dispatchEvent(new Event("change"))`))
	b.until(`document.getElementById("count").textContent === "10,000 conversations"`)
}

// sort sorts by the number of messages, by keyboard.
func (b *tab) sort(t *testing.T) {
	t.Helper()
	header := `th[data-key="6"]`
	b.do(chromedp.Focus(header+" button"), chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector('` + header + `').getAttribute("aria-sort") === "descending"`)
	if got := eval[string](b, `document.querySelector("#conv tbody tr td[data-label=Messages]").textContent`); got != "11" {
		t.Errorf("the longest conversation has %s messages, not 11", got)
	}
	b.do(chromedp.Click("#next"))
	b.until(`document.getElementById("page").textContent === "Page 2 of 200"`)
	if got := eval[int](b, `document.querySelectorAll("#conv tbody tr").length`); got != 50 {
		t.Errorf("page 2 has %d rows, not 50", got)
	}
}

// open opens side-by-sides, by keyboard and mouse, and closes them.
func (b *tab) open(t *testing.T) {
	t.Helper()
	b.do(chromedp.Focus("#conv button.open"), chromedp.KeyEvent(kb.Enter))
	b.until(`document.getElementById("side").open`)
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`!document.getElementById("side").open`)
	const all = `(() => { let pairs = 0, pictures = 0, turned = 0;
		for (const open of document.querySelectorAll("#conv button.open")) {
			open.click();
			pairs += document.querySelectorAll("#side .pair").length;
			pictures += document.querySelectorAll("#side .from img").length;
			for (const who of document.querySelectorAll("#side .who")) {
				const name = who.firstChild.getBoundingClientRect(), time = who.lastChild.getBoundingClientRect();
				if (time.left < name.right && time.top < name.bottom - 2) turned++;
			}
			document.getElementById("close").click();
		}
		return [pairs, pictures, turned]; })()`
	b.do(script(`document.getElementById("prev").click()`))
	got := eval[[]int](b, all)
	if got[0] == 0 || got[1] == 0 {
		t.Errorf("the side-by-sides have %d messages with %d pictures", got[0], got[1])
	}
	if got[2] > 0 {
		t.Errorf("in %d messages a name turns the time around that stands behind it", got[2])
	}
}

// script runs a statement in the page.
func script(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](text)
}
