package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/config"
)

// Comments, order and blank lines of a file stay.
func TestUpdate(t *testing.T) {
	changes := []config.Change{{Flag: "limit", Value: "7"}, {Flag: "settle", Value: "2m"}, {Flag: "source", Value: ""}}
	for _, tt := range []struct{ name, profile, in, want string }{
		{"no file", "", "", "# found\nlimit: 7\nsettle: 2m\n"},
		{"comments alone", "", "# mine\n\n# limit: 1\n", "# mine\n\n# limit: 1\n# found\nlimit: 7\nsettle: 2m\n"},
		{"some are there", "", "source: a # gone\n\n# how many\nlimit: \"1\" # few\naccept: [x]\n\n",
			"\n# how many\nlimit: 7 # few\naccept: [x]\n# found\nsettle: 2m\n"},
		{"all are there", "", "settle: 1s\nlimit: 7", "settle: 2m\nlimit: 7\n"},
		{"below profiles", "", "profiles:\n  near:\n    limit: 1\n", "profiles:\n  near:\n    limit: 1\n# found\nlimit: 7\nsettle: 2m\n"},
		{"in a profile", "near", "limit: 1\nprofiles:\n  near:\n    source: a\n    commands:\n      run:\n        limit: 2\n  far:\n    limit: 3\n",
			"limit: 1\nprofiles:\n  near:\n    commands:\n      run:\n        limit: 2\n    # found\n    limit: 7\n    settle: 2m\n  far:\n    limit: 3\n"},
		{"in an empty profile", "near", "profiles:\n  near:\n  far:\n    limit: 3\n",
			"profiles:\n  near:\n    # found\n    limit: 7\n    settle: 2m\n  far:\n    limit: 3\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := config.Update("c.yaml", []byte(tt.in), tt.profile, changes, "found", commands())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			again, err := config.Update("c.yaml", got, tt.profile, changes, "found", commands())
			if err != nil || string(again) != string(got) {
				t.Errorf("the second time: %v\n%s", err, cmp.Diff(string(got), string(again)))
			}
		})
	}
}

// What cannot be changed line by line stays, and people are told what to write.
func TestUpdateByHand(t *testing.T) {
	changes := []config.Change{{Flag: "limit", Value: "7"}, {Flag: "source", Value: "a b"}}
	for name, in := range map[string]string{
		"flow":               "{limit: 1}",
		"value below":        "limit:\n  1\n",
		"several lines":      "source: |\n  a\n  b\n",
		"a line below":       "source: a\n  b\n",
		"no YAML":            "limit: [",
		"a list":             "- limit",
		"something else bad": "unknown: 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Update("c.yaml", []byte(in), "", changes, "found", commands())
			var m *config.Mistake
			if !errors.As(err, &m) || !strings.Contains(m.Hint(), "write into it: limit: 7, source: a b") {
				t.Errorf("got %v, %+v; want a mistake that says what to write", err, m)
			}
		})
	}
	if _, err := config.Update("c.yaml", []byte("limit: 1\n"), "none", changes, "found", commands()); err == nil {
		t.Error("a profile that is not there: want an error")
	}
}

func FuzzUpdate(f *testing.F) {
	f.Add("limit: 1\nprofiles:\n  near:\n    limit: 2\n", "near")
	f.Add("# c\n{limit: 1}", "")
	f.Add("limit: \"1\n  2\"\n", "")
	f.Fuzz(func(t *testing.T, text, profile string) {
		got, err := config.Update("c.yaml", []byte(text), profile, []config.Change{{Flag: "limit", Value: "7"}}, "found", commands())
		if err != nil {
			return
		}
		if _, err := config.Parse("c.yaml", got, commands()); err != nil {
			t.Fatalf("Update(%q) = %q, which Parse does not take: %v", text, got, err)
		}
	})
}
