package mapping

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// mask stands for the part of an address that is not shown.
const mask = "••"

// channels names the prefixes of addresses and the types of bindings as people
// know them.
var channels = map[string]string{
	"sms":       "SMS",
	"tel":       "SMS",
	"whatsapp":  "WhatsApp",
	"messenger": "Messenger",
	"gbm":       "Google Business Messages",
	"email":     emailChannel,
	"mailto":    emailChannel,
	"rcs":       "RCS",
	"apple":     "Apple Messages",
	"urn":       "Channel", // urn:mbid:…, which several channels use
}

const emailChannel = "E-mail"

// isAddress reports whether the whole of s is a phone number in international
// form, the address of a channel (whatsapp:+1…), an e-mail address, or a name
// with one (Jane <jane@example.com>). Digits alone are no address: applications
// use them as user IDs.
func isAddress(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" || !strings.ContainsAny(s, "@+:") {
		return false
	}
	if _, address, ok := splitNamed(s); ok {
		return isAddress(address)
	}
	if isPhoneNumber(s) || isEmailAddress(s) {
		return true
	}
	prefix, rest, ok := strings.Cut(s, ":")
	if !ok || rest == "" || strings.ContainsFunc(s, unicode.IsSpace) {
		return false
	}
	prefix = strings.ToLower(prefix)
	if prefix == "urn" {
		return strings.HasPrefix(strings.ToLower(rest), "mbid:")
	}
	_, known := channels[prefix]
	return known || isPhoneNumber(rest)
}

// splitNamed takes "Jane <jane@example.com>" apart.
func splitNamed(s string) (name, address string, ok bool) {
	open := strings.LastIndexByte(s, '<')
	if open < 0 || !strings.HasSuffix(s, ">") {
		return "", "", false
	}
	name = strings.Trim(strings.TrimSpace(s[:open]), `"`)
	return name, s[open+1 : len(s)-1], true
}

// isPhoneNumber reports whether s is + and the 5 to 15 digits of an E.164
// number, perhaps grouped for the eye.
func isPhoneNumber(s string) bool {
	if !strings.HasPrefix(s, "+") {
		return false
	}
	digits := 0
	for _, r := range s[1:] {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case strings.ContainsRune(" -.()/\u00A0", r):
		default:
			return false
		}
	}
	return digits >= 5 && digits <= 15
}

// isEmailAddress reports whether s has the form local@domain.tld.
func isEmailAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || strings.ContainsFunc(s, unicode.IsSpace) {
		return false
	}
	dot := strings.IndexByte(s[at:], '.')
	return dot > 1 && !strings.HasSuffix(s, ".")
}

// maskAddress names an address by its channel and as much of it as two people
// of one conversation are told apart by: "SMS ••67", "E-mail j••". The binding
// type may be empty.
func maskAddress(bindingType, address string) string {
	if _, inner, ok := splitNamed(strings.TrimSpace(address)); ok {
		address = inner
	}
	prefix, rest, ok := strings.Cut(strings.TrimSpace(address), ":")
	if !ok {
		prefix, rest = "", prefix
	}
	if bindingType == "" {
		bindingType = prefix
	}
	channel := channelName(bindingType)
	switch {
	case channel == emailChannel || isEmailAddress(rest):
		first, _, _, _ := uniseg.FirstGraphemeClusterInString(rest, -1)
		return emailChannel + " " + first + mask
	case channel == "":
		channel = "SMS"
	}
	return channel + " " + mask + ending(rest)
}

// channelName is how people call a channel; an unknown one keeps its name.
func channelName(bindingType string) string {
	if name, ok := channels[strings.ToLower(bindingType)]; ok {
		return name
	}
	return bindingType
}

// ending is the last two letters or digits of an address, if it is so long that
// they give nothing away.
func ending(address string) string {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, address)
	if utf8.RuneCountInString(letters) < 5 {
		return ""
	}
	_, last := utf8.DecodeLastRuneInString(letters)
	_, second := utf8.DecodeLastRuneInString(letters[:len(letters)-last])
	return letters[len(letters)-last-second:]
}

// PublicName is name as it may be shown: an address is masked unless addresses
// are kept.
func (r Rules) PublicName(name string) string {
	if !r.masks() || !isAddress(name) {
		return name
	}
	if person, _, ok := splitNamed(strings.TrimSpace(name)); ok && person != "" && !isAddress(person) {
		return person
	}
	return maskAddress("", name)
}
