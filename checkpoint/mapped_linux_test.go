package checkpoint_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// What has been looked at of the file does not count for the process for long.
func TestPagesAreGivenBack(t *testing.T) { synctest.Test(t, lookAndGiveBack) }

func lookAndGiveBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	defer l.Close()
	_, err := l.BeginRun(time.Now())
	must(t, err)
	const conversations = 5000
	recordThreads(t, l, conversations, func(n int) mapping.ThreadRecord { return threadOf(n, 1) })
	looked := len(collect(t, l.Threads()))
	before := resident(t, path)
	time.Sleep(time.Second)
	must(t, l.Beat(time.Now(), false, 0))
	after := resident(t, path)
	if looked != conversations || before < 1<<20 || after > before/4 {
		t.Errorf("%d bytes were resident after a look at %d threads, %d after a sign of life", before, looked, after)
	}
	if again := len(collect(t, l.Threads())); again != looked {
		t.Errorf("%d threads after it, %d before", again, looked)
	}
}

// Reading the whole file through does not take the whole file into memory.
func TestCheckGivesPagesBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	defer l.Close()
	recordThreads(t, l, 5000, func(n int) mapping.ThreadRecord {
		rec := threadOf(n, 1)
		rec.Reason = strings.Repeat("x", 2000)
		return rec
	})
	must(t, l.Check())
	info, err := os.Stat(path)
	must(t, err)
	if held := resident(t, path); info.Size() < 8<<20 || int64(held) > info.Size()/3 {
		t.Errorf("%d bytes of %d are resident after a check", held, info.Size())
	}
}

// A file that was cut short says that it is longer than what is mapped. What lies behind
// that is memory of others, which must not be touched.
func TestNothingBehindTheFileIsGivenBack(t *testing.T) {
	const left = 64 << 10 // bytes; bbolt maps powers of two
	path := filepath.Join(t.TempDir(), "run.db")
	must(t, os.WriteFile(path, goodLedger(t), 0o600))
	must(t, os.Truncate(path, left))
	claimed, mapped, err := checkpoint.Mapped(path)
	must(t, err)
	if claimed <= left || mapped != left {
		t.Errorf("%d of %d bytes may be given back, want the %d that are mapped", mapped, claimed, left)
	}
}

// resident is how many bytes of the file at path count for this process.
func resident(t *testing.T, path string) (bytes int) {
	t.Helper()
	maps, err := os.Open("/proc/self/smaps")
	must(t, err)
	defer maps.Close()
	ours := false
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if strings.Contains(fields[0], "-") { // addresses
			ours = fields[len(fields)-1] == path
		}
		if ours && fields[0] == "Rss:" {
			n, err := strconv.Atoi(fields[1])
			must(t, err)
			bytes += n << 10
		}
	}
	return bytes
}
