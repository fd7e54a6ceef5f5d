package twiliosrc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// maxProofs is how often a list that changes is read before it is given up.
const maxProofs = 6

// MovingListError says that messages were deleted so often while they were
// listed that no two readings showed the same.
type MovingListError struct {
	Path   string
	Passes int
}

func (e *MovingListError) Error() string {
	return fmt.Sprintf("list %s: no two of %d readings agree", e.Path, 2*e.Passes)
}

// Hint says what can be done about it.
func (e *MovingListError) Hint() string {
	return "somebody is deleting messages; stop that, or try again at a quieter time"
}

// Messages lists those of one conversation whose index is above after,
// ascending by index: all that existed when the listing began and still do.
//
// Twilio's pages may shift when a message is deleted between two of them, and
// then hide another one. One page cannot: it is believed as it is. A longer list
// is read from its end as well, and a stretch of it is yielded only if both
// readings agree on it. Messages that arrive meanwhile are left for the next
// listing. Where after shows that most messages are known, the newest page is
// read first, which usually is all that is asked for.
func (c *Client) Messages(ctx context.Context, conv mapping.Conversation, after int64) iter.Seq2[mapping.Message, error] {
	return messages(ctx, func() *messageReading { return c.reading(conv, after, 0) })
}

// PullMessages is Messages for whoever takes them one by one. Behind the last one next
// returns io.EOF; stop must be called in the end. Where only a few are expected, no more
// of the newest page is fetched than these need; 0 expects any number.
func (c *Client) PullMessages(conv mapping.Conversation, after int64, expected int) (next func(context.Context) (*mapping.Message, error), stop func()) {
	r := c.reading(conv, after, expected)
	return r.pull, r.close
}

func (c *Client) reading(conv mapping.Conversation, after int64, expected int) *messageReading {
	path, err := conversationPath(conv, "Messages")
	if err != nil {
		return &messageReading{&failedCursor{fmt.Errorf("list messages: %w", err)}, c, conv}
	}
	return &messageReading{newProvenList(c, path, conv, after, expected), c, conv}
}

// errUnproven says that two readings of a stretch of messages differ.
var errUnproven = errors.New("readings differ")

// provenList goes through a list of messages.
type provenList struct {
	c            *Client
	path         string
	conversation mapping.ConversationSID
	after        int64
	done         int64 // index up to which everything has been given out

	passes int           // over the list from its start, so far
	pass   *provenReader // what the one in progress holds back
	target string        // the page it has read last
	beyond string        // the one after that; empty: there is none
	newest *page         // the last page of the list, where it was read already
	size   int           // of that page
	// read goes on reading when nothing is left that is proven; nil: that was all.
	read func(context.Context) error
}

func newProvenList(c *Client, path string, conv mapping.Conversation, after int64, expected int) *provenList {
	p := &provenList{c: c, path: path, conversation: conv.SID, after: after, done: -1, size: pageSize}
	if expected > 0 {
		p.size = min(2*expected+8, pageSize) // some may have come since
	}
	p.pass = p.reader()
	p.read = p.fromTail()
	return p
}

// fromTail is how to read a list of which most is known.
func (p *provenList) fromTail() func(context.Context) error {
	if p.after >= int64(p.size) {
		return p.tail
	}
	return p.begin
}

func (p *provenList) rest()  {}
func (p *provenList) close() { p.pass.close() }

func (p *provenList) next(ctx context.Context) (*mapping.Message, error) {
	for {
		if p.pass.proven > 0 {
			m, err := p.pass.take()
			if errors.Is(err, errNotAsked) {
				continue
			}
			return m, err
		}
		if p.read == nil {
			return nil, io.EOF
		}
		if err := p.read(ctx); err != nil {
			p.end()
			return nil, err
		}
	}
}

// end leaves out whatever has not been given out yet.
func (p *provenList) end() {
	p.pass.close()
	p.read = nil
}

// tail reads the newest page. If that reaches down to after it holds all that is
// asked for, unless something on it is damaged; else a larger one does, or the list is
// read from its start.
func (p *provenList) tail(ctx context.Context) error {
	newest, err := p.c.page(ctx, p.path+"?Order=desc&"+pageQuery(p.size))
	if err != nil {
		return err
	}
	p.newest, p.read = &newest, p.begin
	var found []json.RawMessage
	r := messageReader{conversation: p.conversation, after: -1, last: -1}
	for _, text := range slices.Backward(newest.items) {
		m, err := r.read(text, 0)
		if err != nil {
			return nil // the list from its start tells what is wrong
		}
		if m.Index > p.after {
			found = append(found, text)
		}
	}
	if newest.next != "" && len(found) == len(newest.items) {
		if p.size < pageSize {
			p.size, p.newest = pageSize, nil
			p.read = p.fromTail()
		}
		return nil
	}
	p.newest, p.read = nil, nil
	return p.pass.page(found)
}

// begin begins a pass, which reads the list once in each direction and gives out what
// is proven and has not been given out by an earlier one.
func (p *provenList) begin(ctx context.Context) error {
	if p.passes == maxProofs {
		return &MovingListError{Path: p.path, Passes: maxProofs}
	}
	if p.passes++; p.passes > 1 {
		p.c.log.InfoContext(ctx, "list changed while it was read, reading it again", "path", p.path)
	}
	p.pass.close()
	p.pass, p.target = p.reader(), p.path+"?Order=asc&"+pageQuery(pageSize)
	first, err := p.c.page(ctx, p.target)
	if err != nil {
		return err
	}
	p.beyond, p.read = first.next, p.prove
	if first.next == "" {
		p.read = nil // one page hides nothing
	}
	return p.pass.page(first.items)
}

// prove reads the list from its end, to learn what must be on the pages after the
// first.
func (p *provenList) prove(ctx context.Context) (err error) {
	p.pass.want, err = p.sums(ctx, max(p.pass.last, p.after, p.done))
	p.read = p.further
	return err
}

// further reads one more page, or ends the pass.
func (p *provenList) further(ctx context.Context) (err error) {
	if p.beyond == "" || p.pass.last >= p.pass.want.top {
		p.read = nil
		return p.again(p.pass.end())
	}
	if p.target, err = p.c.rest.follow(p.beyond, p.target); err != nil {
		return err
	}
	pg, err := p.c.page(ctx, p.target)
	if err != nil {
		return err
	}
	p.beyond = pg.next
	return p.again(p.pass.page(pg.items))
}

// again begins another pass, once what is proven is given out, if err says that the
// one in progress does not prove the list.
func (p *provenList) again(err error) error {
	if errors.Is(err, errUnproven) {
		p.read = p.begin
		return nil
	}
	return err
}

// sums reads the list from its end down to an index.
func (p *provenList) sums(ctx context.Context, above int64) (*indexSums, error) {
	s := newIndexSums(above)
	target := p.path + "?Order=desc&" + pageQuery(pageSize)
	for {
		newest, err := p.newestPage(ctx, target)
		if err != nil {
			return nil, err
		}
		for _, text := range newest.items {
			if !s.add(text) {
				return s, nil
			}
		}
		if newest.next == "" {
			return s, nil
		}
		if target, err = p.c.rest.follow(newest.next, target); err != nil {
			return nil, err
		}
	}
}

// newestPage fetches a page of the list from its end. The first one may be there
// already.
func (p *provenList) newestPage(ctx context.Context, target string) (page, error) {
	if known := p.newest; known != nil {
		p.newest = nil
		return *known, nil
	}
	return p.c.page(ctx, target)
}
