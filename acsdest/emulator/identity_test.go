package emulator_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

func TestCreateIdentity(t *testing.T) {
	c := client{t, open(t, nil)}
	form := regexp.MustCompile(`^8:acs:` + c.s.ResourceID() + `_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	for _, body := range []string{"", "{}"} {
		a := c.do("POST", "/identities", "", body).want(t, http.StatusCreated)
		if !form.MatchString(a.text("identity.id")) || a.at("accessToken") != nil {
			t.Errorf("identity = %s; want an ID of the resource and no token", a.raw)
		}
	}
	a := c.do("POST", "/identities", "", `{"createTokenWithScopes":["chat","voip"],"expiresInMinutes":60}`).want(t, http.StatusCreated)
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+00:00$`).MatchString(a.text("accessToken.expiresOn")) {
		t.Errorf("expiresOn = %q; want the recorded form", a.text("accessToken.expiresOn"))
	}
	expires, err := time.Parse(time.RFC3339, a.text("accessToken.expiresOn"))
	if err != nil || time.Until(expires).Round(time.Minute) != time.Hour {
		t.Errorf("expiresOn = %v, %v; want in an hour", expires, err)
	}
}

func TestIdentityRefused(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	const interval = "ExpiresInMinutes value 59 is invalid. Value must be within the [60, 1440] interval."
	for _, tt := range []struct {
		method, path, body string
		status             int
		message            string
	}{
		{"POST", "/identities", `{"createTokenWithScopes":["chat"],"expiresInMinutes":59}`, http.StatusBadRequest, interval},
		{"POST", "/identities", `{"createTokenWithScopes":["root"]}`, http.StatusBadRequest, "The scope is not known."},
		{"POST", "/identities", `{`, http.StatusBadRequest, "The request body is not valid."},
		{"POST", "/identities/" + u.id + "/:issueAccessToken", `{"scopes":["chat"],"expiresInMinutes":59}`, http.StatusBadRequest, interval},
		{"POST", "/identities/" + u.id + "/:issueAccessToken", `{"scopes":[]}`, http.StatusBadRequest, "At least one scope is required."},
		{"POST", "/identities/" + unknown(c.s) + "/:issueAccessToken", `{"scopes":["chat"]}`, http.StatusNotFound, "The identity was not found."},
		{"POST", "/identities/" + unknown(c.s) + "/:revokeAccessTokens", ``, http.StatusNotFound, "The identity was not found."},
		{"DELETE", "/identities/" + unknown(c.s), ``, http.StatusNotFound, "The identity was not found."},
		{"DELETE", "/identities/Bob", ``, http.StatusBadRequest, "The identifier is not valid."},
	} {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			a := c.do(tt.method, tt.path, "", tt.body).want(t, tt.status)
			if got := a.text("error.message"); got != tt.message {
				t.Errorf("message = %q; want %q", got, tt.message)
			}
		})
	}
}

// TestTokens checks every way in which a token is no good.
func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{t, open(t, nil)}
		u := c.user()
		list := func(token string, header ...string) answer { return c.do("GET", "/chat/threads", token, "", header...) }
		list(u.token).want(t, http.StatusOK)
		if a := list("").want(t, http.StatusUnauthorized); a.raw != "" {
			t.Errorf("401 without a token has the body %q; want none", a.raw)
		}
		stranger := client{t, open(t, nil)}.user()
		for name, token := range map[string]string{
			"forged":              u.token[:len(u.token)-2] + "AA",
			"no token":            "x",
			"of another resource": stranger.token,
		} {
			if a := list(token).want(t, http.StatusUnauthorized); a.text("error.code") != "Unauthorized" {
				t.Errorf("%s: body = %s; want Unauthorized", name, a.raw)
			}
		}
		list("", "Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=AAAA").want(t, http.StatusUnauthorized)

		c.do("POST", "/identities/"+u.id+"/:revokeAccessTokens", "", "").want(t, http.StatusNoContent)
		list(u.token).want(t, http.StatusUnauthorized)
		u.token = c.do("POST", "/identities/"+u.id+"/:issueAccessToken", "", `{"scopes":["chat"],"expiresInMinutes":60}`).want(t, http.StatusOK).text("token")
		time.Sleep(59 * time.Minute)
		list(u.token).want(t, http.StatusOK)
		time.Sleep(time.Minute)
		list(u.token).want(t, http.StatusUnauthorized)

		u = c.user()
		list(u.token).want(t, http.StatusOK)
		c.do("DELETE", "/identities/"+u.id, "", "").want(t, http.StatusNoContent)
		list(u.token).want(t, http.StatusUnauthorized)
		c.do("DELETE", "/identities/"+u.id, "", "").want(t, http.StatusNotFound)
	})
}

func TestTokenOptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{t, open(t, &emulator.Options{TokenLife: time.Minute, RevocationDelay: 10 * time.Second})}
		u := c.user()
		status := func() int { return c.do("GET", "/chat/threads", u.token, "").status }
		c.do("POST", "/identities/"+u.id+"/:revokeAccessTokens", "", "")
		if got := status(); got != http.StatusOK {
			t.Errorf("status right after revocation = %d; want 200", got)
		}
		time.Sleep(10 * time.Second)
		if got := status(); got != http.StatusUnauthorized {
			t.Errorf("status after the delay = %d; want 401", got)
		}
		u = c.user()
		time.Sleep(time.Minute)
		if got := status(); got != http.StatusUnauthorized {
			t.Errorf("status after TokenLife = %d; want 401", got)
		}
	})
}

func TestScopes(t *testing.T) {
	c := client{t, open(t, nil)}
	owner, extra := c.user(), c.user()
	for _, tt := range []struct {
		scopes                    []string
		create, add, send, update bool
	}{
		{[]string{"chat"}, true, true, true, true},
		{[]string{"chat.join"}, false, true, true, false},
		{[]string{"chat.join.limited"}, false, false, true, false},
		{[]string{"voip", "chat.join"}, false, true, true, false},
		{[]string{"voip"}, false, false, false, false},
	} {
		t.Run(strings.Join(tt.scopes, ","), func(t *testing.T) {
			u := c.user(tt.scopes...)
			thread := c.thread("t", owner, u)
			path := "/chat/threads/" + thread
			for _, call := range []struct {
				name    string
				got     answer
				allowed bool
			}{
				{"create", c.do("POST", "/chat/threads", u.token, `{"topic":"x"}`), tt.create},
				{"list threads", c.do("GET", "/chat/threads", u.token, ""), tt.send},
				{"add", c.add(u, thread, extra, ""), tt.add},
				{"remove", c.remove(u, thread, extra), tt.add},
				{"send", c.do("POST", path+"/messages", u.token, `{"content":"x"}`), tt.send},
				{"list messages", c.do("GET", path+"/messages", u.token, ""), tt.send},
				{"update", c.do("PATCH", path, u.token, `{"topic":"x"}`), tt.update},
				{"delete", c.do("DELETE", path, u.token, ""), tt.update},
			} {
				if allowed := call.got.status < 300; allowed != call.allowed || !allowed && call.got.status != http.StatusForbidden {
					t.Errorf("%s = %d; want allowed %v, else 403", call.name, call.got.status, call.allowed)
				}
			}
		})
	}
}

// TestDeleteIdentity checks that a deleted identity leaves its threads, and that
// its messages become tombstones.
func TestDeleteIdentity(t *testing.T) {
	c := client{t, open(t, nil)}
	u, gone := c.user(), c.user()
	thread := c.thread("t", u, gone)
	id := c.send(gone, thread, "mine")
	c.send(u, thread, "yours")
	c.do("DELETE", "/identities/"+gone.id, "", "").want(t, http.StatusNoContent)
	if got := field(c.members(u, thread), "displayName"); len(got) != 1 || got[0] != "user1" {
		t.Errorf("members = %q; want user1 alone", got)
	}
	a := c.do("GET", "/chat/threads/"+thread+"/messages/"+id, u.token, "").want(t, http.StatusOK)
	if a.text("content.message") != "" || a.text("deletedOn") == "" {
		t.Errorf("message = %s; want a tombstone", a.raw)
	}
	list := c.do("GET", "/chat/threads/"+thread+"/messages", u.token, "")
	if list.text("value.0.content.message") != "yours" || list.text("value.1.deletedOn") == "" {
		t.Errorf("messages = %s; want the other's untouched and a tombstone", list.raw)
	}
}

func TestCustomID(t *testing.T) {
	c := client{t, open(t, nil)}
	create := func(version, body string) answer {
		return c.do("POST", "/identities?api-version="+version, "", body)
	}
	const preview = "2025-03-02-preview"
	first := create(preview, `{"customId":"sally@contoso.com"}`).want(t, http.StatusCreated)
	again := create(preview, `{"externalId":"sally@contoso.com","createTokenWithScopes":["chat"]}`).want(t, http.StatusOK)
	id := first.text("identity.id")
	if again.text("identity.id") != id || again.text("identity.customId") != "sally@contoso.com" || again.text("accessToken.token") == "" {
		t.Errorf("again = %s; want %s with a token", again.raw, id)
	}
	if a := c.do("GET", "/identities/"+id+"?api-version="+preview, "", "").want(t, http.StatusOK); a.text("id") != id {
		t.Errorf("get = %s; want %s", a.raw, id)
	}
	c.do("GET", "/identities/"+id+"?api-version="+identityVersion, "", "").want(t, http.StatusNotFound)
	if a := create(identityVersion, `{"customId":"sally@contoso.com"}`).want(t, http.StatusCreated); a.text("identity.id") == id || a.at("identity.customId") != nil {
		t.Errorf("in a stable version = %s; want a new identity without a custom ID", a.raw)
	}
}
