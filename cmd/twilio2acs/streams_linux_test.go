package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A terminal shows colours, unless its user wants none or it has none; whatever is
// no terminal gets none.
func TestColors(t *testing.T) {
	for _, tt := range []struct {
		name, noColor, term string
		terminal, want      bool
	}{
		{"a terminal", "", "xterm-256color", true, true},
		{"a terminal that says nothing of itself", "", "", true, true},
		{"NO_COLOR", "1", "xterm-256color", true, false},
		{"NO_COLOR whatever it says", "false", "xterm-256color", true, false},
		{"a dumb terminal", "", "dumb", true, false},
		{"a file", "", "xterm-256color", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", tt.noColor)
			t.Setenv("TERM", tt.term)
			shown := shownBy(t, tt.terminal, func(s *streams) {
				if exit := execute([]string{"statsu"}, s); exit != exitUsage {
					t.Errorf("exit code %d", exit)
				}
				if s.color != tt.want {
					t.Errorf("results have colours: %t, want %t", s.color, tt.want)
				}
			})
			if !strings.Contains(shown, "did you mean twilio2acs status?") || strings.Contains(shown, "\x1b[") != tt.want {
				t.Errorf("%q is shown; with colours: want %t", shown, tt.want)
			}
		})
	}
}

// shownBy is what f writes to the streams of the process, which are a terminal or a
// file.
func shownBy(t *testing.T, terminal bool, f func(*streams)) string {
	t.Helper()
	out, shown := screen(t)
	if !terminal {
		file, err := os.Create(t.TempDir() + "/shown")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		out, shown = file, func() string {
			text, err := os.ReadFile(file.Name())
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
	}
	stdout, stderr := os.Stdout, os.Stderr
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()
	os.Stdout, os.Stderr = out, out
	f(systemStreams())
	return shown()
}

// screen is a terminal, and what it shows once something has been written to it.
func screen(t *testing.T) (terminal *os.File, shown func() string) {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("SKIPPED: there are no terminals: %v", err)
	}
	t.Cleanup(func() { control.Close() })
	if err := unix.IoctlSetPointerInt(int(control.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(control.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return terminal, func() string {
		var text [4096]byte
		n, err := control.Read(text[:])
		if err != nil {
			t.Fatal(err)
		}
		return string(text[:n])
	}
}
