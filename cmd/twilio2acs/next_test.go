package main

import (
	"io"
	"testing"
)

func TestSuggest(t *testing.T) {
	s := &streams{out: &resultWriter{w: io.Discard}, err: &console{w: io.Discard}}
	for _, tt := range []struct {
		name string
		args []string
		to   string
		want string
	}{
		{"flags that both know", []string{"--source", "a b", "--dest", "local:out", "--limits", "off"}, "verify",
			"twilio2acs verify --source 'a b' --dest local:out --limits off"},
		{"not those of one alone", []string{"--source", "a", "--dest", "acs", "--accept", "arrival-time,roles", "--settle", "5s"}, "plan",
			"twilio2acs plan --source a --dest acs --accept arrival-time,roles"},
		{"not those for once", []string{"--source", "a", "--dry-run", "-o", "json", "--verbose", "--deep"}, "run",
			"twilio2acs run --source a --deep"},
		{"no signature", []string{"--media-url-template", "https://x.example/{key}?sig=abc"}, "run",
			"twilio2acs run --media-url-template 'https://x.example/{key}?…'"},
		{"lists as they were given", []string{"--identity", "a,b", "--identity", "c", "--service", "IS1,IS2", "--since", "2025-01-31"}, "verify",
			"twilio2acs verify --identity a,b --identity c --service IS1,IS2 --since 2025-01-31"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd, _, err := newRoot(s).Find([]string{"run"})
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.ParseFlags(tt.args); err != nil {
				t.Fatal(err)
			}
			if got := suggest(cmd, tt.to); got != tt.want {
				t.Errorf("suggest = %s\nwant      %s", got, tt.want)
			}
		})
	}
}

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{
		"": "''", "local:out/1_a-b.c": "local:out/1_a-b.c", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "ü": "'ü'",
	} {
		if got := shellWord(in); got != want {
			t.Errorf("shellWord(%q) = %s, want %s", in, got, want)
		}
	}
}
