package mapping

import (
	"slices"
	"strings"
)

// FingerprintDifference names the policies in which two fingerprints of the same
// version of the mapping differ, as flags are named: "--closed, --retention". It is
// empty when they differ in something else, or not at all.
func FingerprintDifference(was, now string) string {
	wasVersion, wasRules, ok := cutFingerprint(was)
	nowVersion, nowRules, okNow := cutFingerprint(now)
	if !ok || !okNow || wasVersion != nowVersion {
		return ""
	}
	before, after := flagsOf(wasRules), flagsOf(nowRules)
	var flags []string
	for flag, value := range before {
		if after[flag] != value {
			flags = append(flags, flag)
		}
	}
	for flag := range after {
		if _, both := before[flag]; !both {
			flags = append(flags, flag)
		}
	}
	slices.Sort(flags)
	return strings.Join(flags, ", ")
}

// flagsOf are the flags by which rules come about that have such a fingerprint, as
// far as they are not the default; see Rules.Fingerprint.
func flagsOf(rules string) map[string]string {
	flags := make(map[string]string)
	for i, element := range strings.Split(rules, "/") {
		name, value, named := strings.Cut(element, "=")
		switch {
		case i == 0:
			name, value = "addresses", element
		case i == 1:
			name, value = "media-url-template", element
		case !named:
			value = "all" // of the receipts
		}
		flags["--"+name] = value
	}
	return flags
}
