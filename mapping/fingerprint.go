package mapping

import (
	"strconv"
	"strings"
)

// OlderFingerprint reports whether was is the fingerprint that an older version
// of the mapping gave to the rules which now is the fingerprint of. What was
// written then may differ from what would be written now.
func OlderFingerprint(was, now string) bool {
	wasVersion, wasRules, ok := cutFingerprint(was)
	nowVersion, nowRules, okNow := cutFingerprint(now)
	return ok && okNow && wasVersion < nowVersion && wasRules == nowRules
}

// cutFingerprint takes apart what Rules.Fingerprint makes.
func cutFingerprint(fingerprint string) (version int, rules string, ok bool) {
	head, rules, _ := strings.Cut(fingerprint, "/")
	number, ok := strings.CutPrefix(head, "mapping-")
	version, err := strconv.Atoi(number)
	return version, rules, ok && err == nil
}
