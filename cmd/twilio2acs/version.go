package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// versionOptions are those of version.
type versionOptions struct{ format choice }

func newVersionCommand(s *streams) *cobra.Command {
	var o versionOptions
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Tell which version of the program this is",
		Long: `Version tells the version of the program, the revision it was built from, the
version of Go and the platform, as the program itself has them from its build.`,
		Example: `  twilio2acs version -o json`,
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			info, _ := debug.ReadBuildInfo() // nil without modules: then little is known
			version(&o, s, versionOf(info))
			return nil
		},
	}
	choose(cmd, &o.format, outputFlag, "o", "form of the result", formatText, formatJSON)
	describe(cmd, "", exitDone, exitUsage)
	return cmd
}

// versionDocument is what version prints for machines.
type versionDocument struct {
	head
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of the source
	Time     string `json:"time,omitempty"`     // of the revision
	Modified bool   `json:"modified,omitempty"` // the source had changes beyond the revision
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func versionOf(info *debug.BuildInfo) versionDocument {
	d := versionDocument{
		head: headOf("version"), Version: "(unknown)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if info == nil {
		return d
	}
	d.Version = info.Main.Version
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			d.Revision = s.Value
		case "vcs.time":
			d.Time = s.Value
		case "vcs.modified":
			d.Modified = s.Value == "true"
		}
	}
	return d
}

// version prints d.
func version(o *versionOptions, s *streams, d versionDocument) {
	if o.format.value == formatJSON {
		printDocument(s.out, d)
		return
	}
	t := &textWriter{w: s.out}
	t.printf("twilio2acs %s\n", d.Version)
	if d.Revision != "" {
		modified := ""
		if d.Modified {
			modified = ", with changes"
		}
		t.printf("  revision %s of %s%s\n", d.Revision, d.Time, modified)
	}
	t.printf("  %s %s\n", d.Go, d.Platform)
}
