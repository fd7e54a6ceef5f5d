package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// users are the ACS users of a script, by name.
type users map[string]scriptPerson

type usersKey struct{}

type scriptPerson struct {
	id    mapping.CommunicationUserID
	token string
}

// served is the ACS that the script serves, called as twilio2acs calls it.
func served(ts *testscript.TestScript) (*acsdest.Identity, *acsdest.Transport) {
	conn, err := acsdest.ParseConnectionString(ts.Getenv("connectionString"))
	ts.Check(err)
	transport, err := acsdest.TransportWithCA(ts.Getenv("ca"))
	ts.Check(err)
	ts.Defer(transport.CloseIdleConnections)
	identity, err := acsdest.NewIdentity(conn, &acsdest.ClientOptions{Transport: transport})
	ts.Check(err)
	return identity, transport
}

// scriptUser creates a user, under a name for the commands below, and says for
// how long its token is good. The variable of that name is its ID.
func scriptUser(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "user NAME", 1)
	identity, _ := served(ts)
	u, err := identity.CreateUser(context.Background(), &acsdest.CreateUserOptions{Scopes: []acsdest.TokenScope{acsdest.ScopeChat}})
	ts.Check(err)
	ts.Value(usersKey{}).(users)[args[0]] = scriptPerson{u.ID, u.Token.Token}
	ts.Setenv(args[0], string(u.ID))
	_, err = fmt.Fprintln(ts.Stdout(), "token for", time.Until(u.Token.ExpiresOn).Round(time.Minute))
	ts.Check(err)
}

// scriptRevoke revokes the tokens of a user.
func scriptRevoke(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "revoke NAME", 1)
	identity, _ := served(ts)
	ts.Check(identity.RevokeTokens(context.Background(), ts.Value(usersKey{}).(users)[args[0]].id))
}

// scriptAsk makes a call of Chat as a user and shows the answer: status,
// Retry-After and body. $THREAD becomes the thread that it creates, if any. All
// calls of a user have the same repeatability key. With -tally it makes twenty
// calls and shows their statuses only.
func scriptAsk(ts *testscript.TestScript, neg bool, args []string) {
	tally := len(args) > 0 && args[0] == "-tally"
	if tally {
		args = args[1:]
	}
	arguments(ts, neg, args, "ask [-tally] NAME METHOD PATH [BODY]", 3)
	_, transport := served(ts)
	if tally {
		for range 20 {
			status, _, _ := call(ts, transport, args)
			fmt.Fprintln(ts.Stdout(), status)
		}
		return
	}
	status, wait, answer := call(ts, transport, args)
	if status == 0 {
		fmt.Fprintln(ts.Stdout(), "no answer")
		return
	}
	fmt.Fprintf(ts.Stdout(), "%d\nRetry-After: %s\n%s\n", status, wait, answer)
	var created struct {
		Thread struct {
			ID string `json:"id"`
		} `json:"chatThread"`
	}
	if json.Unmarshal(answer, &created) == nil && created.Thread.ID != "" {
		ts.Setenv("THREAD", created.Thread.ID)
	}
}

// call makes one call. The status is 0 when it is not answered.
func call(ts *testscript.TestScript, transport *acsdest.Transport, args []string) (status int, wait string, answer []byte) {
	var body io.Reader
	if len(args) > 3 {
		body = strings.NewReader(args[3])
	}
	req, err := http.NewRequest(args[1], ts.Getenv("endpoint")+args[2]+"?api-version=2024-03-07", body)
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+ts.Value(usersKey{}).(users)[args[0]].token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("repeatability-request-id", "the only one")
	resp, err := transport.Do(req)
	if err != nil {
		return 0, "", nil
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	ts.Check(err)
	return resp.StatusCode, resp.Header.Get("Retry-After"), answer
}
