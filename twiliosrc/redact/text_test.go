package redact_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/twiliosrc/redact"
)

// A name is the same pseudonym in whatever field it stands, and where a body or
// another name mentions it.
func TestNamesStayEqual(t *testing.T) {
	r := newRedactor(t, nil)
	name := field(t, r, "identity", "maria.lopez")
	address := field(t, r, "identity", "noa.levi@example.com")
	for _, tt := range []struct{ field, value, want string }{
		{"author", "maria.lopez", name},
		{"friendly_name", "maria.lopez", name},
		{"body", "Fixed. @maria.lopez please look", " @" + name + " "},
		{"body", "one\nmaria.lopez", "\n" + name},
		{"attributes", `{"mentions":["maria.lopez"]}`, `{"mentions":["` + name + `"]}`},
		{"attributes", `{"reactions":{"👍":["maria.lopez"]}}`, `{"reactions":{"👍":["` + name + `"]}}`},
		{"attributes", `{ "maria.lopez" : true }`, `{ "` + name + `" : true }`},
		{"author", "Noa <noa.levi@example.com>", "<" + address + ">"},
		{"author", "mailto:noa.levi@example.com", "mailto:" + address},
	} {
		if got := field(t, r, tt.field, tt.value); !strings.Contains(got, tt.want) {
			t.Errorf("%s %q = %q, want %q in it", tt.field, tt.value, got, tt.want)
		}
	}
}

func TestFormsStay(t *testing.T) {
	r := newRedactor(t, nil)
	for _, tt := range []struct{ field, value, want string }{
		{"address", "+15550100", `^\+[1-9]\d{7}$`},
		{"address", "whatsapp:+447700900456", `^whatsapp:\+[1-9]\d{11}$`},
		{"address", "WhatsApp:+447700900456", `^WhatsApp:\+[1-9]\d{11}$`},
		{"address", "urn:mbid:AQAAY4ZMN", `^urn:mbid:[A-Z]{5}[1-9][A-Z]{3}$`},
		{"address", " sms:+15550100 ", `^ sms:\+[1-9]\d{7} $`},
		{"author", "order:10482", `^[a-z]{5}:[1-9]\d{4}$`},
		{"author", "jane.doe+x@mail.example.com", `^[a-z]{4}\.[a-z]{3}\+[a-z]@[a-z]{4}\.[a-z]{7}\.[a-z]{3}$`},
		{"author", "Jane Doe <sms:+15550100>", `^[A-Z][a-z]{3} [A-Z][a-z]{2} <sms:\+[1-9]\d{7}>$`},
		{"body", "Hi!\r\n\tÜber  42 ½ €, O'Neil\n\nTschüß\n", `^[A-Z][a-z]!\r\n\t\p{Lu}[a-z]{3}  [1-9]\d ½ €, [A-Z]'[A-Z][a-z]{3}\n\n[A-Z][a-z]{3}\p{Ll}{2}\n$`},
		{"body", "👩‍👩‍👧‍👦🏕️🇩🇪 1️⃣", `^👩‍👩‍👧‍👦🏕️🇩🇪 [1-9]️⃣$`},
		{"body", "שלום עָלֶיכֶם 田中ゆき", `^\p{Hebrew}{4} \p{Hebrew}.\p{Hebrew}.\p{Hebrew}{2}.\p{Hebrew} [\p{Han}\p{Hiragana}]{4}$`},
		{"body", "0 007 3", `^0 0\d\d [1-9]$`},
		{"webhook_url", "https://crm.contoso.com/hooks?x=1#y", `^https://[a-z]{3}\.[a-z]{7}\.[a-z]{3}/[a-z]{5}\?[a-z]=[1-9]#[a-z]$`},
	} {
		got := field(t, r, tt.field, tt.value)
		if !regexp.MustCompile(tt.want).MatchString(got) {
			t.Errorf("%s %q = %q, want %s", tt.field, tt.value, got, tt.want)
		}
		sameForm(t, tt.value, got)
	}
}

// sameForm checks that got has, character by character, the category, the script
// and the length of want, and what is no letter and no digit as it is.
func sameForm(t *testing.T, want, got string) {
	t.Helper()
	a, b := []rune(want), []rune(got)
	if len(a) != len(b) {
		t.Errorf("%q has %d characters, want %d as %q", got, len(b), len(a), want)
		return
	}
	for i := range a {
		if form(a[i]) != form(b[i]) {
			t.Errorf("%q in place of %q: %q is not of the form of %q", got, want, b[i], a[i])
		}
	}
}

func form(r rune) string {
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return string(r)
	}
	form := fmt.Sprint(utf8.RuneLen(r))
	for _, category := range []string{"Lu", "Ll", "Lt", "Lm", "Lo", "Nd"} {
		if unicode.Is(unicode.Categories[category], r) {
			form += category
		}
	}
	for script, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			form += script
		}
	}
	return form
}

// However few values there are, no two become the same, and none stays itself.
func TestShortValuesArePermuted(t *testing.T) {
	r := newRedactor(t, nil)
	for _, tt := range []struct{ name, alphabet string }{
		{"letters", "abcdefghijklmnopqrstuvwxyz"},
		{"capitals", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		{"digits", "123456789"},
		{"Hebrew", "אבגדהוזחטיךכלםמןנסעףפץצקרשת"},
		{"Arabic-Indic digits", "٠١٢٣٤٥٦٧٨٩"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen := map[string]string{}
			for _, a := range append(strings.Split(tt.alphabet, ""), "") {
				for _, b := range strings.Split(tt.alphabet, "") {
					value := a + b
					got := field(t, r, "author", value)
					if got == value || seen[got] != "" {
						t.Fatalf("%q becomes %q, as does %q", value, got, seen[got])
					}
					seen[got] = value
				}
			}
		})
	}
}

// What a word becomes depends on what stands before it in its line, so that
// common words cannot be counted.
func TestWordsDependOnTheirLine(t *testing.T) {
	r := newRedactor(t, nil)
	got := strings.Fields(field(t, r, "body", "thanks thanks thanks"))
	if got[0] == got[1] || got[1] == got[2] {
		t.Errorf("words of %q repeat", got)
	}
	lines := strings.Split(field(t, r, "body", "thanks a lot\nthanks a lot"), "\n")
	if lines[0] != lines[1] {
		t.Errorf("lines %q differ", lines)
	}
}

func TestKeyDecides(t *testing.T) {
	first, err := redact.New(redact.NewKey(), nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := redact.New(redact.NewKey(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const body = "Good morning, Maria speaking. How can I help?"
	a, b := field(t, first, "body", body), field(t, first, "body", body)
	if a != b {
		t.Errorf("one key makes %q and %q", a, b)
	}
	if c := field(t, second, "body", body); a == c {
		t.Errorf("two keys make %q", c)
	}
	if got := fmt.Sprintf("%v %+v %#v", testKey, testKey, testKey); strings.ContainsAny(got, "123456789{") {
		t.Errorf("a key prints as %q", got)
	}
}
