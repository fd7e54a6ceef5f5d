package redact_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/twilio2acs/twilio2acs/twiliosrc/redact"
)

const (
	conversationSID = "CH0123456789abcdef0123456789abcdef"
	conversationURL = "https://conversations.twilio.com/v1/Services/IS0123456789abcdef0123456789abcdef/Conversations/" + conversationSID
	mediaSID        = "ME0123456789abcdef0123456789abcdef"
	signedURL       = "https://media.us1.twilio.com/" + mediaSID + "?Expires=1647355356&Signature=AbCdEf-ghIjKl~mNoPqR_&Key-Pair-Id=APKAJWF"
)

// What names nobody stays, where it can be nothing else.
func TestStays(t *testing.T) {
	r := newRedactor(t, &redact.Options{Keys: []string{"crmNumber"}})
	for _, raw := range []string{
		`{"sid":"` + conversationSID + `","index":123456789,"media":null,"is_online":true}`,
		`{"url":"` + conversationURL + `","links":{"messages":"` + conversationURL + `/Messages","any":"` + conversationURL + `/ChannelMetadata"}}`,
		`{"links":{"content":"/v1/Services/IS0123456789abcdef0123456789abcdef/Media/` + mediaSID + `/Content","content_direct_temporary":"https://media.us1.twilio.com/` + mediaSID + `"}}`,
		`{"date_created":"2024-09-09T18:02:00Z","date_updated":"2022-03-14T13:10:38.897143-07:00","last_read_timestamp":"2024-09-09T18:02:00Z","default_closed_timer":"P30D","timers":{"date_closed":"2025-11-27T10:26:58Z"}}`,
		`{"state":"closed","delivery":{"total":100000,"sent":"all","read":"some","failed":"none"},"status":"undelivered"}`,
		`{"target":"webhook","configuration":{"method":"POST","filters":["onMessageAdded","onDeliveryUpdated"]}}`,
		`{"type":"conversation","permissions":["sendMessage","editOwnUserInfo"]}`,
		`{"pre_webhook_url":null,"filters":["onMessageAdd"],"method":"POST","url":"https://conversations.twilio.com/v1/Configuration/Webhooks"}`,
		`{"log_enabled":false,"new_message":{"enabled":true,"badge_count_enabled":false,"template":"","with_media":{"enabled":false}},"added_to_conversation":{"enabled":true,"sound":""}}`,
		`{"messaging_binding":{"type":"email","level":"cc"},"bindings":{"email":{}}}`,
		`{"media":[{"sid":"` + mediaSID + `","size":1234567,"content_type":"text/plain; charset=\"ISO-8859-1\"","category":"history","filename":null}]}`,
		`{"content_type":"application/x-vnd.com.twilio.rich.twilio.quick-reply"}`,
		`{"attributes":"{}"}`, `{"attributes":" "}`, `{"attributes":""}`,
		`{"attributes":"{\"reply_to\":\"` + conversationSID + `\",\"reactions\":{\"👍\":[]},\"rating\":5,\"CRM_Number\":null}"}`,
	} {
		if got := resource(t, r, raw); got != raw {
			t.Errorf("Resource(%s) = %s", raw, got)
		}
	}
}

// What stays in its own field is text in another, and so is what only looks like
// it.
func TestDoesNotStay(t *testing.T) {
	r := newRedactor(t, nil)
	for _, tt := range []struct{ raw, kept string }{
		{`{"body":"closed"}`, ""},
		{`{"state":"closing"}`, ""},
		{`{"date_created":"yesterday"}`, ""},
		{`{"body":"2024-09-09T18:02:00Z"}`, ""},
		{`{"target":"trigger","configuration":{"filters":["refund","lawyer"]}}`, "trigger"},
		{`{"permissions":["becomeMaria"]}`, ""},
		{`{"content_type":"image/jpeg; name=\"Maria.jpg\""}`, "image/jpeg"},
		{`{"content_type":"application/x-vnd.com.twilio.rich.mariascard"}`, "application/x-vnd.com.twilio.rich."},
		{`{"filename":"Invoice of Maria.PDF"}`, "PDF"},
		{`{"filename":"report.Lopez"}`, ""},
		{`{"links":{"content_direct_temporary":"` + signedURL + `"}}`, "https"},
		{`{"url":"` + conversationURL + `/Messages/maria"}`, "https"},
		{`{"sid":"maria"}`, ""},
		{`{"pre_webhook_url":"https://maria.example/hook?token=5ecret123","post_webhook_url":"https://user:pass@hooks.lopez.example/"}`, "https"},
		{`{"new_message":{"template":"Maria wrote","sound":"doorbell","with_media":{"template":"Maria sent a file"}},"removed_from_conversation":{"template":"Maria left"}}`,
			`"template" "sound" "with_media"`},
		{`{"data":{"from":"Maria","type":"email","nested":{"subject":"Refund"}},"type":"email"}`, `from type email subject`},
		{`{"attributes":"{\"maria\":{\"lopez\":\"desk\"}}"}`, ""},
		{`{"attributes":"{\"phone\":447700900123}"}`, "phone"},
		{`{"attributes":"handover to Maria"}`, ""},
		{`{"attributes":{"maria":"lopez"}}`, ""},
		{`{"unknown":{"maria":["lopez",447700900123]}}`, ""},
	} {
		got := resource(t, r, tt.raw)
		before, after := peopleWords(t, tt.raw), peopleWords(t, got)
		for word := range before {
			if after[word] && !strings.Contains(tt.kept, word) {
				t.Errorf("Resource(%s) = %s: %q stays", tt.raw, got, word)
			}
		}
		for _, kept := range strings.Fields(tt.kept) {
			if !strings.Contains(got, kept) {
				t.Errorf("Resource(%s) = %s, want %q in it", tt.raw, got, kept)
			}
		}
	}
}

var words = regexp.MustCompile(`\pL{3,}|\d{3,}`)

// peopleWords are the words of three or more letters or digits in the strings
// and numbers of a resource, and in their keys below its own.
func peopleWords(t *testing.T, raw string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	var value any
	dec := json.NewDecoder(strings.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		t.Fatal(err)
	}
	collect(value, 0, func(s string) {
		for _, w := range words.FindAllString(s, -1) {
			found[w] = true
		}
	})
	return found
}

// twilioKeys are the keys below those of a resource that are Twilio's.
var twilioKeys = map[string]bool{"filters": true, "content_direct_temporary": true, "template": true, "sound": true, "with_media": true}

func collect(value any, depth int, text func(string)) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if depth > 0 && !twilioKeys[key] {
				text(key)
			}
			collect(inner, depth+1, text)
		}
	case []any:
		for _, inner := range v {
			collect(inner, depth+1, text)
		}
	case string:
		var inner any
		if depth == 1 && json.Unmarshal([]byte(v), &inner) == nil {
			collect(inner, 1, text)
			return
		}
		text(v)
	case json.Number:
		text(v.String())
	}
}

func TestNumbers(t *testing.T) {
	r := newRedactor(t, nil)
	for _, tt := range []struct{ attributes, want string }{
		{`{"latitude":51.54191,"longitude":-0.14327}`, `^\{"latitude":51\.\d{5},"longitude":-0\.\d{5}\}$`},
		{`{"lat":"51.5","lng":" -0.1 "}`, `^\{"lat":"51\.\d","lng":" -0\.\d "\}$`},
		{`{"lat":90.000,"lon":180}`, `^\{"lat":90\.000,"lon":180\}$`},
		{`{"count":9999,"price":12.5,"total":-1e10}`, `^\{"count":9999,"price":12\.5,"total":-1e10\}$`},
		{`{"count":10000}`, `^\{"count":[1-9]\d{4}\}$`},
		{`447700900123`, `^[1-9]\d{11}$`},
	} {
		got := field(t, r, "attributes", tt.attributes)
		if !regexp.MustCompile(tt.want).MatchString(got) || !json.Valid([]byte(got)) {
			t.Errorf("attributes %s = %s, want %s", tt.attributes, got, tt.want)
		}
		if strings.Contains(got, "54191") || strings.Contains(got, "7700") {
			t.Errorf("attributes %s = %s", tt.attributes, got)
		}
	}
}

// Escapes stay escapes, so that a resource keeps its length to the byte.
func TestEscapesStay(t *testing.T) {
	r := newRedactor(t, nil)
	raw := `{"body":"\u00fc\u00DC x\/\"\\\n\ud83d\ude00 \ud800 \ud835\udcd7 ü","attributes":"{ \"\\u00e9\" : \"\\t\\u0061\" }"}`
	got := resource(t, r, raw)
	want := `^\{"body":"\\u0[0-9a-f]{3}\\u0[0-9A-F]{3} [a-z]\\/\\"\\\\\\n\\ud83d\\ude00 \\ud800 \\ud835\\ud[0-9a-f]{3} \p{Ll}","attributes":"\{ \\"\\\\u0[0-9a-f]{3}\\" : \\"\\\\t\\\\u00[67][0-9a-f]\\" \}"\}$`
	if !regexp.MustCompile(want).MatchString(got) || len(got) != len(raw) || !json.Valid([]byte(got)) {
		t.Errorf("Resource(%s) = %s, want %s", raw, got, want)
	}
}

func TestMalformedAttributesStayMalformed(t *testing.T) {
	r := newRedactor(t, nil)
	for _, s := range []string{"nope", "fals", "{maria:1}", `{"maria`, "01", "tru\ne", "'null'"} {
		for range 50 { // a short word soon becomes true or null, if it may
			next := field(t, r, "attributes", s)
			if next == s || json.Valid([]byte(next)) {
				t.Fatalf("attributes %q become %q", s, next)
			}
			s = next
		}
	}
}

func TestNoResource(t *testing.T) {
	r := newRedactor(t, nil)
	for _, raw := range []string{"", "null", "[]", `"maria"`, `{"body":"maria`, "{} {}", "{\"body\":\"\xff\"}"} {
		got, err := r.Resource(json.RawMessage(raw))
		if err == nil || got != nil || strings.Contains(err.Error(), "maria") {
			t.Errorf("Resource(%q) = %q, %v; want an error without text", raw, got, err)
		}
	}
}

// Nothing of six or more letters that a person of the bundled snapshots supplied
// survives in any field of theirs.
func TestNothingSurvives(t *testing.T) {
	long := regexp.MustCompile(`\pL{6,}`)
	for _, name := range []string{"contoso", "tiny"} {
		r := newRedactor(t, nil)
		supplied, written := map[string]bool{}, map[string]bool{}
		files, err := filepath.Glob(filepath.Join(snapshotDir(name), "*.jsonl"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no snapshot: %v", err)
		}
		for _, file := range files {
			for _, l := range lines(t, file) {
				note := func(set map[string]bool) func(string) {
					return func(s string) {
						for _, w := range long.FindAllString(s, -1) {
							set[strings.ToLower(w)] = true
						}
					}
				}
				peopleText(t, l, note(supplied))
				peopleText(t, resource(t, r, l), note(written))
			}
		}
		if len(supplied) < 40 {
			t.Errorf("%s: only %d words of people's found", name, len(supplied))
		}
		for w := range written {
			if supplied[w] {
				t.Errorf("%s: %q survives", name, w)
			}
		}
	}
}

// peopleText finds the text of people in the fields of a resource that hold it:
// in attributes the values, which have no structural words.
func peopleText(t *testing.T, raw string, text func(string)) {
	t.Helper()
	var resource struct {
		Body, Author, Identity, Subject, Filename, Address, Attributes string
		FriendlyName                                                   string `json:"friendly_name"`
		UniqueName                                                     string `json:"unique_name"`
		Media                                                          []struct{ Filename string }
		Binding                                                        struct{ Address, Name string } `json:"messaging_binding"`
	}
	if err := json.Unmarshal([]byte(raw), &resource); err != nil {
		t.Fatal(err)
	}
	m := resource
	for _, s := range []string{m.Body, m.Author, m.Identity, m.Subject, m.Filename, m.FriendlyName, m.UniqueName, m.Address, m.Binding.Address, m.Binding.Name} {
		text(strings.TrimPrefix(s, "whatsapp:"))
	}
	for _, f := range m.Media {
		text(f.Filename)
	}
	var attributes any
	if m.Attributes != "" && json.Unmarshal([]byte(m.Attributes), &attributes) == nil {
		values(attributes, text)
	}
}

func values(value any, text func(string)) {
	switch v := value.(type) {
	case map[string]any:
		for _, inner := range v {
			values(inner, text)
		}
	case []any:
		for _, inner := range v {
			values(inner, text)
		}
	case string:
		text(strings.TrimFunc(v, unicode.IsSpace))
	}
}
