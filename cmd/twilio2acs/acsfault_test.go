package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

func TestParseACSFault(t *testing.T) {
	for text, want := range map[string]emulator.Fault{
		"drop":              {Drop: true},
		"drop,after-commit": {Drop: true, AfterCommit: true},
		"drop,delay=1s":     {Drop: true, Delay: time.Second},
		"slow,delay=300ms":  {Delay: 300 * time.Millisecond},
		"503,on=create-identity-and-token,p=1": {
			Status: 503, Operation: limits.CreateUserAndToken, Probability: 1,
		},
		"429,retry-after=2s,skip=100,times=20,p=0.5": {
			Status: 429, RetryAfter: 2 * time.Second, Skip: 100, Times: 20, Probability: 0.5,
		},
	} {
		got, err := parseACSFault(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("parseACSFault(%q): %v\n%s", text, err, diff)
		}
	}
	for text, want := range map[string]string{
		"":                    `"" is none of drop, slow and a status from 400 to 599`,
		"200":                 `"200" is none of drop, slow and a status from 400 to 599`,
		"after-commit,drop":   `"after-commit" is none of drop, slow and a status from 400 to 599`,
		"slow":                "slow needs a delay, such as delay=300ms",
		"drop,retry-after=1s": "retry-after needs a status, such as 429",
		"429,retry-after=1ms": "retry-after: must be whole seconds",
		"drop,":               `"" is neither after-commit nor KEY=VALUE`,
		"drop,p=0":            "p: must be above 0 and at most 1",
		"drop,p=NaN":          "p: must be above 0 and at most 1",
		"drop,skip=-1":        "skip: must be a number above 0",
		"drop,delay=5":        "delay: must be a duration above 0, such as 300ms",
		"drop,often=1":        "often: there is no such key",
	} {
		if f, err := parseACSFault(text); err == nil || err.Error() != want {
			t.Errorf("parseACSFault(%q) = %+v, %v; want %s", text, f, err, want)
		}
	}
}

// Every operation with a published limit can be named, and no other: a typing
// error would be a fault that never strikes.
func TestFaultOperations(t *testing.T) {
	named := map[limits.Operation]bool{}
	for _, op := range faultOperations {
		named[op] = true
		rows := 0
		for range limits.For(op) {
			rows++
		}
		if rows == 0 {
			t.Errorf("%q has no limit", op)
		}
	}
	for _, op := range faultOperations {
		for row := range limits.For(op) {
			for _, other := range row.Operations {
				if !named[other] {
					t.Errorf("%q has a limit, but cannot be named", other)
				}
			}
		}
	}
}

func FuzzParseACSFault(f *testing.F) {
	f.Add("drop,after-commit,on=send-message,p=0.1")
	f.Add("429,retry-after=2s,skip=100,times=20")
	f.Add("slow,delay=300ms")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseACSFault(text)
		if err != nil {
			if got != (emulator.Fault{}) {
				t.Errorf("parseACSFault(%q) = %+v with an error", text, got)
			}
			return
		}
		harmful := got.Drop || got.Status >= 400 || got.Delay > 0
		if !harmful || got.Drop && got.Status != 0 || got.Probability < 0 || got.Probability > 1 || got.Skip < 0 || got.Times < 0 {
			t.Errorf("parseACSFault(%q) = %+v, which does no sensible harm", text, got)
		}
	})
}
