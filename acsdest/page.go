package acsdest

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Page is a part of a list as the service divided it. It may be shorter than was
// asked for, or empty, and yet not be the last.
type Page[T any] struct {
	Items []T
	// NextLink is the address of the next page, empty on the last.
	NextLink string
}

// collection is a page on the wire.
type collection[W any] struct {
	Value    []W    `json:"value"`
	NextLink string `json:"nextLink"`
}

// newPager pages through the list that r asks for; noun makes a value of an item.
// Links are followed exactly as the service wrote them: some carry dates that no
// library would write again in the same way.
func newPager[W, T any](c *client, r request, noun func(W) T) *runtime.Pager[Page[T]] {
	return runtime.NewPager(runtime.PagingHandler[Page[T]]{
		More: func(p Page[T]) bool { return p.NextLink != "" },
		Fetcher: func(ctx context.Context, last *Page[T]) (Page[T], error) {
			next := r
			if last != nil {
				next.link = last.NextLink
			}
			var wire collection[W]
			if err := c.send(ctx, next, &wire); err != nil {
				return Page[T]{}, err
			}
			if wire.NextLink != "" && wire.NextLink == next.link {
				return Page[T]{}, refusal(r.call.Operation, errors.New("follow next link: it leads to the page it is on"))
			}
			page := Page[T]{NextLink: wire.NextLink, Items: make([]T, len(wire.Value))}
			for i, w := range wire.Value {
				page.Items[i] = noun(w)
			}
			return page, nil
		},
	})
}

// items iterates over a list, from its beginning each time. An error comes once, last.
func items[T any](ctx context.Context, list func() *runtime.Pager[Page[T]]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for pager := list(); pager.More(); {
			page, err := pager.NextPage(ctx)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// listQuery is what lists are asked with. Zero values are left out.
func listQuery(pageSize, skip int, since time.Time) url.Values {
	q := url.Values{}
	if pageSize > 0 {
		q.Set("maxPageSize", strconv.Itoa(pageSize))
	}
	if skip > 0 {
		q.Set("skip", strconv.Itoa(skip))
	}
	if !since.IsZero() {
		q.Set("startTime", since.UTC().Format(time.RFC3339Nano))
	}
	return q
}
