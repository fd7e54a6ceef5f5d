package twiliosrc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// errNotAsked is the error of an item that is sound but not part of the listing.
var errNotAsked = errors.New("not asked for")

// part is a stretch of a file.
type part struct {
	file *file
	stretch
}

// lines reads the lines of p. Any error comes once, last.
func (p part) lines(ctx context.Context) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		r := readLines(p.file.at, p.stretch)
		defer r.rest()
		for {
			l, err := p.next(ctx, &r)
			if errors.Is(err, io.EOF) || !yield(l, err) || err != nil {
				return
			}
		}
	}
}

// next reads the next line of p from r, or returns io.EOF.
func (p part) next(ctx context.Context, r *lineReader) (line, error) {
	l, err := r.next()
	switch {
	case errors.Is(err, io.EOF):
		return line{}, io.EOF
	case ctx.Err() != nil:
		return line{}, context.Cause(ctx)
	case err != nil:
		return line{}, fmt.Errorf("read %s: %w", p.file.name, err)
	}
	return l, nil
}

// linesBackward reads the lines of p from the last to the first. They have no
// numbers. Any error comes once, last.
func (p part) linesBackward(ctx context.Context) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		var buf []byte
		for rest := p.stretch; rest.start < rest.end; {
			l, grown, err := lineBefore(p.file.at, rest, buf)
			buf = grown
			switch {
			case errors.Is(err, io.EOF):
				return
			case ctx.Err() != nil:
				yield(line{}, context.Cause(ctx))
				return
			case err != nil:
				yield(line{}, fmt.Errorf("read %s: %w", p.file.name, err))
				return
			case !yield(l, nil):
				return
			}
			rest.end = l.start
		}
	}
}

// lineNumber is the number of the line of p that starts at an offset. It reads
// all that stands before it, and is meant for errors. It is 0 if that fails.
func (p part) lineNumber(start int64) int64 {
	newlines := &newlineCounter{}
	if _, err := io.Copy(newlines, io.NewSectionReader(p.file.at, p.start, start-p.start)); err != nil {
		return 0
	}
	return p.line + newlines.count
}

// items reads the lines of p as items. An error of read is a *mapping.DamagedError
// of the conversation that owner names, unless it is errNotAsked.
func items[T any](ctx context.Context, d *damage, p part, owner func(text []byte) mapping.ConversationSID, read func(line) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for l, err := range p.lines(ctx) {
			if err != nil {
				yield(none, err)
				return
			}
			v, err := item(d, p.file, l, owner, read)
			if errors.Is(err, errNotAsked) {
				continue
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// item reads one line of f as items does. The error errNotAsked leaves it out.
func item[T any](d *damage, f *file, l line, owner func(text []byte) mapping.ConversationSID, read func(line) (T, error)) (T, error) {
	var none T
	err := l.err
	if err == nil {
		var v T
		if v, err = read(l); err == nil {
			return v, nil
		}
	}
	if errors.Is(err, errNotAsked) {
		return none, errNotAsked
	}
	e := &mapping.DamagedError{Place: f.place(l.number), Conversation: owner(l.text), Err: err}
	if d.leaveOut(e, 1) {
		return none, errNotAsked
	}
	return none, e
}

// of is the owner of items that all belong to one conversation.
func of(sid mapping.ConversationSID) func([]byte) mapping.ConversationSID {
	return func([]byte) mapping.ConversationSID { return sid }
}

// nothing yields err alone.
func nothing[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, err)
	}
}
