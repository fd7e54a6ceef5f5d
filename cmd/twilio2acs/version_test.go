package main

import (
	"runtime/debug"
	"testing"
)

func TestVersionOf(t *testing.T) {
	info := &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}, {Key: "vcs.modified", Value: "true"},
	}}
	got := versionOf(info)
	if got.Version != "v1.2.3" || got.Revision != "abc" || got.Time != "2026-01-02T03:04:05Z" || !got.Modified {
		t.Errorf("versionOf = %+v", got)
	}
	if got := versionOf(nil); got.Version == "" || got.Go == "" {
		t.Errorf("versionOf(nil) = %+v", got)
	}
}
