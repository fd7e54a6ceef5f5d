package mapping

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
)

// version counts the changes after which the same source gives other drafts. A
// ledger is bound to it through Rules.Fingerprint.
const version = 2

// receiptsMark stands in fingerprints of rules with Receipts.
const receiptsMark = "receipts"

// Fingerprint identifies the rules and the version of the mapping. Two runs
// with the same fingerprint write the same messages. Policies stand in it by
// name as far as they are not the default, so that a new policy leaves older
// ledgers valid. The media URL, which may carry a signature, stands in it as a
// digest only; so do expressions.
func (r Rules) Fingerprint() string {
	address := AddressesMask
	if !r.masks() {
		address = AddressesKeep
	}
	sum := sha256.Sum256(appendField(nil, r.MediaURL))
	var b strings.Builder
	fmt.Fprintf(&b, "mapping-%d/%s/%x", version, address, sum[:8])
	if r.Receipts {
		b.WriteString("/" + receiptsMark)
	}
	for _, p := range policies {
		if v := *p.value(&r); v != "" && v != p.words[0] {
			b.WriteString("/" + p.name + "=" + v)
		}
	}
	for _, a := range amounts {
		if v := *a.value(&r); v != 0 && v != a.usual {
			fmt.Fprintf(&b, "/%s=%d", a.name, v)
		}
	}
	b.WriteString(r.expressions().marks())
	return b.String()
}

// RulesOf are the rules with that fingerprint, given the MediaURL that stands in
// it as a digest. Their Expressions have digests only, and decide nothing. It reports false for another MediaURL, and for what this
// version of the mapping does not make.
func RulesOf(fingerprint, mediaURL string) (Rules, bool) {
	_, rules, ok := cutFingerprint(fingerprint)
	address, rest, _ := strings.Cut(rules, "/")
	_, marks, _ := strings.Cut(rest, "/")
	r := Rules{Addresses: AddressPolicy(address), MediaURL: mediaURL}
	for mark := range strings.SplitSeq(marks, "/") {
		r.takeMark(mark)
	}
	if !ok || r.Validate() != nil || r.Fingerprint() != fingerprint {
		return Rules{}, false
	}
	return r, true
}

// takeMark sets what one mark of a fingerprint says. One that says nothing shows
// when the fingerprint is made again.
func (r *Rules) takeMark(mark string) {
	name, value, _ := strings.Cut(mark, "=")
	if name == receiptsMark {
		r.Receipts = true
	}
	if value != "" && r.takeExpression(name, value) {
		return
	}
	for _, a := range amounts {
		if a.name == name {
			*a.value(r), _ = strconv.Atoi(value)
		}
	}
	for _, p := range policies {
		if p.name == name {
			*p.value(r) = value
		}
	}
}

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
