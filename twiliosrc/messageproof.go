package twiliosrc

import (
	"encoding/binary"
	"encoding/json"
	"errors"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// provenReader holds the messages of a stretch of indexes back until the stretch
// is known to be whole. They wait on the disk: whoever asked for them may take long
// over each.
type provenReader struct {
	list   *provenList
	done   int64 // what earlier passes have given out
	read   messageReader
	n      int64      // items read
	last   int64      // highest index read
	want   *indexSums // nil for the first page, which needs no proof
	got    stretchSum // what has been read of the stretch in progress
	held   spoolQueue
	proven int // of those held, how many may be given out
}

// reader reads the pages of one pass. It must be closed.
func (p *provenList) reader() *provenReader {
	return &provenReader{
		list: p, done: p.done, last: -1, held: spoolQueue{spool: &p.c.spool},
		read: messageReader{conversation: p.conversation, after: max(p.after, p.done), last: -1, unit: "item"},
	}
}

func (r *provenReader) close() {
	r.held.drop()
	r.proven = 0
}

// page takes a page in, and may prove what it held back before. It returns
// errUnproven if a stretch that ends on the page is not whole; what stands before
// that is proven all the same.
func (r *provenReader) page(items []json.RawMessage) error {
	var unproven error
	kept := roomFor(items)
	for i, text := range items {
		if unproven = r.item(text, i, kept); unproven != nil {
			break
		}
	}
	if err := r.held.put(kept.joined, kept.lengths); err != nil {
		return err
	}
	if r.want == nil {
		r.proven = r.held.len()
	}
	return unproven
}

// item looks at one item and keeps it. One that the page before had as well is left
// out: something was inserted meanwhile.
func (r *provenReader) item(text json.RawMessage, i int, kept *keptItems) error {
	index, key, ok := messageKey(text)
	if ok && r.want != nil {
		if index <= r.last {
			return nil
		}
		if index > r.want.top { // it arrived after the listing began
			r.last = index
			return nil
		}
		if err := r.count(index, key, kept); err != nil {
			return err
		}
	}
	if ok {
		r.last = max(r.last, index)
	} else {
		index = -1
	}
	r.n++
	kept.add(heldItem{index: index, number: r.n, place: int64(i), text: text})
	return nil
}

// count adds a message to the stretch in progress, or begins another one.
func (r *provenReader) count(index int64, key sidKey, kept *keptItems) error {
	if index <= r.want.above {
		return nil
	}
	if n := stretchOf(index); n != r.got.n {
		if !r.want.take(n, r.got) {
			return errUnproven
		}
		r.proven, r.got = r.held.len()+len(kept.lengths), stretchSum{n: n}
	}
	r.got.add(key)
	return nil
}

// end proves the rest, or returns errUnproven if the last stretches are not whole.
func (r *provenReader) end() error {
	const beyond = 1 << 62
	if !r.want.take(beyond, r.got) {
		return errUnproven
	}
	r.proven = r.held.len()
	return nil
}

// take gives out the next message that is proven, or what is wrong with it. There must
// be one. The error errNotAsked leaves it out.
func (r *provenReader) take() (*mapping.Message, error) {
	text, err := r.held.next()
	if err != nil {
		r.list.end()
		return nil, err
	}
	r.proven--
	item := parseHeldItem(text)
	m, err := r.read.read(item.text, item.number)
	if err != nil && !errors.Is(err, errNotAsked) {
		err = r.damaged(item, err)
	}
	if !errors.Is(err, errNotAsked) {
		r.list.done = max(r.list.done, item.index)
	}
	return m, err
}

// damaged is the error of an item that cannot be read.
func (r *provenReader) damaged(item heldItem, err error) error {
	l := listing[mapping.Message]{path: r.list.path}
	d := &mapping.DamagedError{
		Place: l.place(string(stringField(item.text, "sid")), int(item.place)), Conversation: r.list.conversation, Err: err,
	}
	if item.index >= 0 && item.index <= r.done || r.list.c.damage.leaveOut(d, 1) {
		return errNotAsked
	}
	return d
}

// heldItem is an item of a listing that is not yielded yet.
type heldItem struct {
	index  int64 // -1 if the item does not tell
	number int64 // of the item in the list
	place  int64 // of the item on its page
	text   []byte
}

// keptItems are the items of a page, as they go to the spool.
type keptItems struct {
	joined  []byte
	lengths []int32
}

func roomFor(items []json.RawMessage) *keptItems {
	size := 0
	for _, text := range items {
		size += 3*binary.MaxVarintLen64 + len(text)
	}
	return &keptItems{joined: make([]byte, 0, size), lengths: make([]int32, 0, len(items))}
}

func (k *keptItems) add(item heldItem) {
	before := len(k.joined)
	for _, v := range []int64{item.index, item.number, item.place} {
		k.joined = binary.AppendVarint(k.joined, v)
	}
	k.joined = append(k.joined, item.text...)
	k.lengths = append(k.lengths, int32(len(k.joined)-before))
}

// parseHeldItem is the item that stands in text, as add put it there.
func parseHeldItem(text []byte) (item heldItem) {
	for _, v := range []*int64{&item.index, &item.number, &item.place} {
		n := 0
		*v, n = binary.Varint(text)
		text = text[n:]
	}
	item.text = text
	return item
}
