package doctor_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/doctor"
)

// A clock that shows whole seconds is ahead or behind only if neither the way nor
// the part of a second that it does not show can explain it.
func TestAhead(t *testing.T) {
	for _, tt := range []struct{ shows, want time.Duration }{ // from the second in which the request is sent
		{0, 0},
		{time.Second, 0},
		{time.Minute, time.Minute - 1200*time.Millisecond},
		{-10 * time.Second, -9900 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now().Truncate(time.Second)
			time.Sleep(900 * time.Millisecond)
			e := doctor.NewEar(func(*http.Request) (*http.Response, error) {
				time.Sleep(300 * time.Millisecond)
				return answer(http.StatusOK, http.Header{"Date": {began.Add(tt.shows).UTC().Format(http.TimeFormat)}}), nil
			})
			hear(t, e)
			if got := e.Heard().Ahead; got != tt.want {
				t.Errorf("a clock that shows %s is %s ahead, want %s", tt.shows, got, tt.want)
			}
		})
	}
}

// An ear hears that a service is busy.
func TestEarHearsRefusals(t *testing.T) {
	e := doctor.NewEar(func(*http.Request) (*http.Response, error) {
		return answer(http.StatusTooManyRequests, http.Header{"Retry-After": {"7"}, "Twilio-Concurrent-Requests": {"12"}, "Api-Supported-Versions": {"1, 2"}}), nil
	})
	hear(t, e)
	want := doctor.Heard{Answers: 1, Throttled: 1, RetryAfter: "7", Concurrent: "12", Versions: "1, 2"}
	if got := e.Heard(); got != want {
		t.Errorf("heard %+v, want %+v", got, want)
	}
}

func answer(status int, header http.Header) *http.Response {
	return &http.Response{StatusCode: status, Header: header, Body: http.NoBody}
}

func hear(t *testing.T, e *doctor.Ear) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := e.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
}
