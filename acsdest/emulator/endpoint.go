package emulator

import (
	"errors"
	"net/http"
	"strings"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// An endpoint is one operation of a service: its route, its name among the
// limits, what it takes to call it, and what it does.
type endpoint struct {
	pattern   string
	operation limits.Operation
	scope     scope // least token scope; empty for Identity
	handle    func(*Server, *call) (reply, error)
}

// getIdentity is an operation of 2025-03-02-preview without a published limit.
const getIdentity limits.Operation = "get identity"

var endpoints = []endpoint{
	{"POST /chat/threads", limits.CreateThread, scopeChat, (*Server).createThread},
	{"GET /chat/threads", limits.ListThreads, scopeJoinLimited, (*Server).listThreads},
	{"GET /chat/threads/{thread}", limits.GetThread, scopeJoinLimited, (*Server).getThread},
	{"PATCH /chat/threads/{thread}", limits.UpdateThread, scopeChat, (*Server).updateThread},
	{"DELETE /chat/threads/{thread}", limits.DeleteThread, scopeChat, (*Server).deleteThread},
	{"GET /chat/threads/{thread}/participants", limits.ListParticipants, scopeJoinLimited, (*Server).listParticipants},
	{"POST /chat/threads/{thread}/participants/:add", limits.AddParticipants, scopeJoin, (*Server).addParticipants},
	{"POST /chat/threads/{thread}/participants/:remove", limits.RemoveParticipant, scopeJoin, (*Server).removeParticipant},
	{"POST /chat/threads/{thread}/messages", limits.SendMessage, scopeJoinLimited, (*Server).sendMessage},
	{"GET /chat/threads/{thread}/messages", limits.ListMessages, scopeJoinLimited, (*Server).listMessages},
	{"GET /chat/threads/{thread}/messages/{message}", limits.GetMessage, scopeJoinLimited, (*Server).getMessage},
	{"PATCH /chat/threads/{thread}/messages/{message}", limits.UpdateMessage, scopeJoinLimited, (*Server).updateMessage},
	{"DELETE /chat/threads/{thread}/messages/{message}", limits.DeleteMessage, scopeJoinLimited, (*Server).deleteMessage},
	{"POST /chat/threads/{thread}/readReceipts", limits.SendReadReceipt, scopeJoinLimited, (*Server).sendReadReceipt},
	{"GET /chat/threads/{thread}/readReceipts", limits.ListReadReceipts, scopeJoinLimited, (*Server).listReadReceipts},
	{"POST /chat/threads/{thread}/typing", limits.SendTyping, scopeJoinLimited, (*Server).sendTyping},

	{"POST /identities", limits.CreateIdentity, "", (*Server).createIdentity},
	{"GET /identities/{user}", getIdentity, "", (*Server).getIdentity},
	{"DELETE /identities/{user}", limits.DeleteIdentity, "", (*Server).deleteIdentity},
	{"POST /identities/{user}/:issueAccessToken", limits.IssueToken, "", (*Server).issueToken},
	{"POST /identities/{user}/:revokeAccessTokens", limits.RevokeTokens, "", (*Server).revokeTokens},
	{"POST /teamsUser/:exchangeAccessToken", exchangeToken, "", (*Server).exchangeTeamsToken},
}

// routes is the handler of all endpoints.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, e := range endpoints {
		mux.HandleFunc(e.pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(e, w, r) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		c := &call{r: r}
		setHeaders(w, c)
		s.refuse(w, c, c.noRoute())
	})
	return mux
}

// noRoute is the refusal of a call for which there is no operation.
func (c *call) noRoute() *refusal {
	r := notFound("Resource not found.")
	r.chat = c.isChat()
	return r
}

// serve takes a request through every gate and answers it.
func (s *Server) serve(e endpoint, w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	c := &call{
		r:         r,
		operation: e.operation,
		query:     query,
		version:   query.Get("api-version"),
		thread:    threadID(r.PathValue("thread")),
	}
	setHeaders(w, c)
	rep, err := s.answer(e, c)
	if errors.Is(err, errDropped) {
		s.observe(c, Answering, 0)
		panic(http.ErrAbortHandler) // the server closes the connection without a word
	}
	if err != nil {
		s.refuse(w, c, err)
		return
	}
	s.observe(c, Answering, rep.status)
	s.reply(w, rep)
}

func (s *Server) answer(e endpoint, c *call) (reply, error) {
	if err := s.admit(e, c); err != nil {
		return reply{}, err
	}
	s.observe(c, Arrived, 0)
	if err := s.faults.strike(c, false); err != nil {
		return reply{}, err
	}
	rep, err := e.handle(s, c)
	if err != nil {
		return reply{}, err
	}
	s.stats.count(c.operation)
	return rep, s.faults.strike(c, true)
}

// admit decides whether a request is heard at all. The order tells which of
// several faults is reported.
func (s *Server) admit(e endpoint, c *call) error {
	if err := c.checkVersion(); err != nil {
		return err
	}
	if err := c.readBody(); err != nil {
		return err
	}
	if err := s.authenticate(e, c); err != nil {
		return err
	}
	if e.operation == limits.CreateIdentity && asksForToken(c.body) {
		c.operation = limits.CreateUserAndToken
	}
	if wait, ok := s.limiter.admit(limits.Call{Operation: c.operation, User: string(c.user), Thread: string(c.thread)}); !ok {
		return s.throttled(wait)
	}
	if strings.Contains(e.pattern, "{thread}") && !c.thread.valid() {
		return badRequest("") // recorded without a message
	}
	return nil
}
