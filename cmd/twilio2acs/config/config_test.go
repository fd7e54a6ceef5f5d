package config_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/config"
)

// commands are two that share some flags. Flag --limit is another thing to each.
func commands() []config.Command {
	run := pflag.NewFlagSet("run", pflag.ContinueOnError)
	run.String("source", "", "where from")
	run.Int("limit", 0, "so many")
	run.StringSlice("accept", nil, "losses")
	run.StringArray("metadata", nil, "KEY=EXPR")
	run.Duration("settle", time.Minute, "how long")
	serve := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	serve.String("source", "", "where from")
	serve.Duration("limit", 0, "so long")
	return []config.Command{{Name: "run", Flags: run}, {Name: "serve acs", Flags: serve}}
}

func TestMistakes(t *testing.T) {
	tests := []struct{ name, text, want, hint string }{
		{"unknown key", "source: a\nsoruce: b\n", `c.yaml:2: unknown key "soruce"`, "did you mean source?"},
		{"unknown key of a command", "commands:\n  run:\n    limt: 1\n", `c.yaml:3: unknown key "limt"`, "did you mean limit?"},
		{"flag of another command", "commands:\n  serve acs:\n    settle: 1s\n", `c.yaml:3: unknown key "settle"`, "see twilio2acs config schema"},
		{"unknown command", "commands:\n  rnu: {}\n", `c.yaml:2: unknown command "rnu"`, "did you mean run?"},
		{"profiles in a profile", "profiles:\n  a:\n    profiles: {}\n", `c.yaml:3: unknown key "profiles"`, "see twilio2acs config schema"},
		{"value", "commands:\n  run:\n    settle: soon\n", `c.yaml:3: settle: time: invalid duration "soon"`, "see twilio2acs run --help"},
		{"value of neither", "limit: many\n", `c.yaml:1: limit: strconv.ParseInt: parsing "many": invalid syntax`, "see twilio2acs run --help"},
		{"several values", "source: [a, b]\n", "c.yaml:1: source: takes one value, not 2", "see twilio2acs run --help"},
		{"no value", "source:\n", "c.yaml:1: a single value is wanted here", "leave the key out to keep its default"},
		{"twice", "source: a\n\nsource: b\n", `c.yaml:3: "source" stands in line 1 already`, "keep one of them"},
		{"not a mapping", "- a\n", "c.yaml:1: the file must have keys with values", "write key: value"},
		{"two documents", "source: a\n---\nsource: b\n", "c.yaml:2: there is more than one document", "keep one; what differs between them can be profiles"},
		{"config in the config", "config: b.yaml\n", `c.yaml:1: unknown key "config"`, "see twilio2acs config schema"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := config.Parse("c.yaml", []byte(tt.text), commands())
			var mistake *config.Mistake
			if !errors.As(err, &mistake) {
				t.Fatalf("error %v, want a mistake", err)
			}
			if got := err.Error(); got != "read configuration: "+tt.want {
				t.Errorf("error %q, want %q", got, tt.want)
			}
			if mistake.Hint() != tt.hint {
				t.Errorf("hint %q, want %q", mistake.Hint(), tt.hint)
			}
		})
	}
}

func TestSecretsInFiles(t *testing.T) {
	for _, text := range []string{
		"TWILIO_AUTH_TOKEN: hush\n",
		"source: a\nprofiles: {x: {auth-token: hush}}\n",
		"twilioApiSecret: hush\n",
		"commands: {run: {acs-connection-string: hush}}\n",
		"source: endpoint=https://x/;AccessKey=hush\n",
		"accept: ['AccountKey=hush']\n",
	} {
		_, err := config.Parse("c.yaml", []byte(text), commands())
		if err == nil || !strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "c.yaml:") {
			t.Errorf("%q: error %v, want one that names the line of a secret", text, err)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: the error tells the secret: %v", text, err)
		}
	}
}

func TestPrecedence(t *testing.T) {
	const text = `
source: file
limit: 1
accept: [a, "b,c"]
metadata: {ticket: conversation.attributes.id}
commands:
  run:
    settle: 2s
profiles:
  near:
    settle: 3s
    source: profile
    commands: {run: {limit: 4}}
`
	file, err := config.Parse("c.yaml", []byte(text), commands())
	if err != nil {
		t.Fatal(err)
	}
	type value struct{ Values, Origin string }
	tests := []struct {
		name string
		c    config.Configuration
		args []string
		want map[string]value
	}{
		{"nothing", config.Configuration{}, nil, map[string]value{
			"source": {"", "default"}, "limit": {"0", "default"}, "accept": {"", "default"}, "metadata": {"", "default"}, "settle": {"1m0s", "default"},
		}},
		{"file", config.Configuration{File: file}, nil, map[string]value{
			"source": {"file", "c.yaml:2"}, "limit": {"1", "c.yaml:3"}, "accept": {"a;b,c", "c.yaml:4"},
			"metadata": {"ticket=conversation.attributes.id", "c.yaml:5"}, "settle": {"2s", "c.yaml:8"},
		}},
		{"profile, environment and flag", config.Configuration{File: file, Profile: "near", Env: func(name string) string {
			return map[string]string{"TWILIO2ACS_ACCEPT": "d,e", "TWILIO2ACS_SETTLE": "5s", "TWILIO2ACS_SOURCE": "environment"}[name]
		}}, []string{"--settle", "6s"}, map[string]value{
			"source": {"environment", "environment TWILIO2ACS_SOURCE"}, "limit": {"4", "c.yaml:13 (profile near)"}, "accept": {"d;e", "environment TWILIO2ACS_ACCEPT"},
			"metadata": {"ticket=conversation.attributes.id", "c.yaml:5"}, "settle": {"6s", "flag"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run := commands()[0]
			if err := run.Flags.Parse(tt.args); err != nil {
				t.Fatal(err)
			}
			settings, err := tt.c.Resolve(run)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]value{}
			for _, s := range settings {
				got[s.Flag.Name] = value{strings.Join(s.Values, ";"), s.Origin}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error("settings (-want +got):\n" + diff)
			}
			if err := tt.c.Apply(run); err != nil {
				t.Fatal(err)
			}
			for _, s := range settings {
				if s.Flag.Changed != (s.Origin != config.FromDefault) {
					t.Errorf("--%s changed: %t, from %s", s.Flag.Name, s.Flag.Changed, s.Origin)
				}
			}
		})
	}
}

// A value that only another command takes is a mistake to the one that does not.
func TestApplyRefusesValueOfAnotherCommand(t *testing.T) {
	file, err := config.Parse("c.yaml", []byte("limit: 5m\n"), commands())
	if err != nil {
		t.Fatal(err)
	}
	err = config.Configuration{File: file}.Apply(commands()[0])
	if err == nil || !strings.Contains(err.Error(), "c.yaml:1: limit:") {
		t.Errorf("error %v, want one of line 1", err)
	}
}

func TestProfileMustExist(t *testing.T) {
	file, err := config.Parse("c.yaml", []byte("profiles: {staging: {}}\n"), commands())
	if err != nil {
		t.Fatal(err)
	}
	err = config.Configuration{File: file, Profile: "stagign"}.Check()
	var mistake *config.Mistake
	if !errors.As(err, &mistake) || mistake.Hint() != "did you mean staging?" {
		t.Errorf("error %v, want a mistake that names the profile meant", err)
	}
	if diff := cmp.Diff([]string{"staging"}, file.Profiles()); diff != "" {
		t.Error("profiles (-want +got):\n" + diff)
	}
}

func TestSecret(t *testing.T) {
	const name = "TWILIO_AUTH_TOKEN"
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte("hush\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	env := func(set map[string]string) func(string) string { return func(n string) string { return set[n] } }
	for _, set := range []map[string]string{{name: "hush"}, {name + "_FILE": path}} {
		if got, err := config.Secret(name, env(set)); got != "hush" || err != nil {
			t.Errorf("%v: %q, %v", set, got, err)
		}
	}
	for _, set := range []map[string]string{{name: "a", name + "_FILE": path}, {name + "_FILE": path + "x"}, {name + "_FILE": os.DevNull}} {
		if _, err := config.Secret(name, env(set)); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%v: error %v", set, err)
		}
	}
	if diff := cmp.Diff([]string{path}, config.Exposed(env(map[string]string{name + "_FILE": path}))); diff != "" {
		t.Error("exposed (-want +got):\n" + diff)
	}
}

// What the schema admits is what the parser does.
func TestSchema(t *testing.T) {
	text, err := config.Schema(commands())
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		text string
		ok   bool
	}{
		{"source: a\nlimit: 1\n", true},
		{"limit: 5m\n", true},
		{"accept: [a, b]\nmetadata: {a: b}\n", true},
		{"commands: {run: {settle: 1s}, serve acs: {}}\nprofiles: {p: {source: b}}\n", true},
		{"soruce: a\n", false},
		{"commands: {run: {limit: 5m}}\n", false},
		{"commands: {rnu: {}}\n", false},
		{"profiles: {p: {profiles: {}}}\n", false},
	} {
		var value any
		if err := yaml.Unmarshal([]byte(tt.text), &value); err != nil {
			t.Fatal(err)
		}
		plain, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(string(plain)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); (err == nil) != tt.ok {
			t.Errorf("%q: schema says %v, want ok %t", tt.text, err, tt.ok)
		}
		if _, err := config.Parse("c.yaml", []byte(tt.text), commands()); (err == nil) != tt.ok {
			t.Errorf("%q: parser says %v, want ok %t", tt.text, err, tt.ok)
		}
	}
}

func TestTemplate(t *testing.T) {
	text := config.Template(commands()[0], map[string]string{"source": "a: b"})
	file, err := config.Parse("c.yaml", []byte(text), commands())
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	run := commands()[0]
	if err := (config.Configuration{File: file}).Apply(run); err != nil {
		t.Fatal(err)
	}
	if got := run.Flags.Lookup("source").Value.String(); got != "a: b" {
		t.Errorf("source %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"source: a\n", "commands: {run: {settle: 1s}}", "profiles: {a: &x {source: b}, c: *x}", "a: &a [*a]", "? [a]: b", "- ", "accept: {a: }"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := config.Parse("c.yaml", []byte(text), commands())
		if err != nil {
			return
		}
		if _, err := (config.Configuration{File: file}).Resolve(commands()[0]); err != nil {
			t.Errorf("%q parses, but does not resolve: %v", text, err)
		}
	})
}
