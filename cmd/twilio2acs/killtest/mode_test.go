package killtest_test

import "slices"

// A mode is what a trial is about beside kills and cut connections.
type mode struct {
	name    string
	bundled string // snapshot of the repository that is carried; empty: a made-up one
	crashes bool   // the server is killed as well
	people  bool   // people write in the threads meanwhile
	changes bool   // the source changes between runs
	canary  bool   // every run begins with a throw-away thread
	live    bool   // the source is Twilio's REST API, which fails at times too
	limits  bool   // the published rate limits hold, a hundred times faster
}

var modes = []mode{
	{name: "server killed too", crashes: true},
	{name: "people write", people: true},
	{name: "source changes", changes: true},
	{name: "tiny", bundled: "tiny", crashes: true},
	{name: "source changes and people write", changes: true, people: true},
	{name: "contoso", bundled: "contoso", people: true},
	{name: "source changes and server killed", changes: true, crashes: true},
	{name: "canaries", canary: true, crashes: true},
	{name: "live Twilio", live: true, crashes: true},
	{name: "rate limits", limits: true, people: true},
	{name: "live Twilio changes", live: true, changes: true},
}

// chosenModes are those that the flags ask for.
func chosenModes() []mode {
	return slices.DeleteFunc(slices.Clone(modes), func(m mode) bool { return m.changes && !*changes })
}

// pace is at which rate the server and the runs let requests through.
func (m mode) pace() []string {
	if m.limits {
		return []string{"--limits", "published", "--limits-speed", "100"}
	}
	return []string{"--limits", "off"}
}
