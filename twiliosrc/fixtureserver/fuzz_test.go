package fixtureserver_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// Whatever a query says, the answer is a page or an error that is the client's
// own, and no made-up token opens a page.
func FuzzQuery(f *testing.F) {
	snap, err := twiliosrc.OpenSnapshot(f.Context(), harbour, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { snap.Close() })
	rest := fixtureserver.New(snap, nil).REST()
	f.Add("50", "0", "PTeyJvciI6MTB9", "asc")
	f.Add("-1", "1", "", "DESC")
	f.Fuzz(func(t *testing.T, size, page, token, order string) {
		query := url.Values{"PageSize": {size}, "Page": {page}, "PageToken": {token}, "Order": {order}}
		for c := range snap.Conversations(t.Context()) {
			target := "/v1/Services/" + string(c.ServiceSID) + "/Conversations/" + string(c.SID) + "/Messages?" + query.Encode()
			req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
			req.SetBasicAuth("user", "secret")
			w := httptest.NewRecorder()
			rest.ServeHTTP(w, req)
			if w.Code != http.StatusBadRequest && (w.Code != http.StatusOK || token != "") {
				t.Errorf("%s: %d %s", target, w.Code, w.Body)
			}
			break
		}
	})
}
