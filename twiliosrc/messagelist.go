package twiliosrc

import (
	"context"
	"errors"
	"fmt"
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
	path, err := conversationPath(conv, "Messages")
	if err != nil {
		return nothing[mapping.Message](fmt.Errorf("list messages: %w", err))
	}
	listed := func(yield func(mapping.Message, error) bool) {
		p := &provenList{c: c, path: path, conversation: conv.SID, after: after, done: -1, yield: yield}
		if err := p.run(ctx); err != nil {
			yield(mapping.Message{}, err)
		}
	}
	messages := categorized(listed, func(m mapping.Media) (string, error) { return c.category(ctx, conv, m) })
	return withMetadata(ctx, c, conv, messages)
}

var (
	// errStopped says that whoever reads a listing wants no more of it.
	errStopped = errors.New("stopped")
	// errUnproven says that two readings of a stretch of messages differ.
	errUnproven = errors.New("readings differ")
)

// provenList is a listing of messages in progress.
type provenList struct {
	c            *Client
	path         string
	conversation mapping.ConversationSID
	after        int64
	done         int64 // index up to which everything has been yielded
	newest       *page // the last page of the list, where it was read already
	yield        func(mapping.Message, error) bool
}

func (p *provenList) run(ctx context.Context) error {
	if p.after >= pageSize {
		whole, err := p.tail(ctx)
		if whole || err != nil {
			return unlessStopped(err)
		}
	}
	for range maxProofs {
		proven, err := p.pass(ctx)
		if proven || err != nil {
			return unlessStopped(err)
		}
		p.c.log.InfoContext(ctx, "list changed while it was read, reading it again", "path", p.path)
	}
	return &MovingListError{Path: p.path, Passes: maxProofs}
}

func unlessUnproven(err error) error {
	if errors.Is(err, errUnproven) {
		return nil
	}
	return err
}

func unlessStopped(err error) error {
	if errors.Is(err, errStopped) {
		return nil
	}
	return err
}

// tail reads the newest page. Whole reports that it reaches down to after, so
// that it holds all that is asked for, and that nothing on it is damaged.
func (p *provenList) tail(ctx context.Context) (whole bool, err error) {
	newest, err := p.c.page(ctx, p.path+"?Order=desc&"+pageQuery(pageSize))
	if err != nil {
		return false, err
	}
	p.newest = &newest
	var found []mapping.Message
	r := messageReader{conversation: p.conversation, after: -1, last: -1}
	for _, text := range slices.Backward(newest.items) {
		m, err := r.read(text, 0)
		if err != nil {
			return false, nil // the list from the start tells what is wrong
		}
		if m.Index > p.after {
			found = append(found, m)
		}
	}
	if newest.next != "" && len(found) == len(newest.items) {
		return false, nil
	}
	for _, m := range found {
		if !p.yield(m, nil) {
			return true, errStopped
		}
	}
	return true, nil
}

// pass reads the list once in each direction and yields what is proven and has
// not been yielded by an earlier pass. Proven reports that this is the rest.
func (p *provenList) pass(ctx context.Context) (proven bool, err error) {
	target := p.path + "?Order=asc&" + pageQuery(pageSize)
	first, err := p.c.page(ctx, target)
	if err != nil {
		return false, err
	}
	r := p.reader()
	defer r.close()
	next := first.next
	if err := r.page(first.items); err != nil { // one page hides nothing
		return false, err
	}
	if next == "" {
		return true, nil
	}
	if r.want, err = p.sums(ctx, max(r.last, p.after, p.done)); err != nil {
		return false, err
	}
	for next != "" && r.last < r.want.top {
		if target, err = p.c.rest.follow(next, target); err != nil {
			return false, err
		}
		if next, err = p.further(ctx, target, r); err != nil {
			return false, unlessUnproven(err)
		}
	}
	if err := r.end(); err != nil {
		return false, unlessUnproven(err)
	}
	return true, nil
}

// further reads one more page and returns where the next one is.
func (p *provenList) further(ctx context.Context, target string, r *provenReader) (next string, err error) {
	pg, err := p.c.page(ctx, target)
	if err != nil {
		return "", err
	}
	return pg.next, r.page(pg.items)
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
