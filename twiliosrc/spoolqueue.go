package twiliosrc

// spoolQueue is a queue of texts in a spool: in memory are only their lengths, and
// where they are. One goroutine at a time may use it.
type spoolQueue struct {
	spool   *spool
	blocks  []int64
	lengths []int32 // of the texts in the queue, the first to come out first
	read    int64   // how far the texts have been taken out, from the first block on
	written int64   // how far they have been put in
}

// put adds texts, which stand one after the other in joined.
func (q *spoolQueue) put(joined []byte, lengths []int32) error {
	file, err := q.spool.open()
	if err != nil {
		return newSpoolError("create", err)
	}
	end := q.written + int64(len(joined))
	if missing := int((end+spoolBlock-1)/spoolBlock) - len(q.blocks); missing > 0 {
		q.blocks = append(q.blocks, q.spool.take(missing)...)
	}
	if err := q.each(q.written, joined, file.WriteAt); err != nil {
		return newSpoolError("write", err)
	}
	q.written, q.lengths = end, append(q.lengths, lengths...)
	return nil
}

// len is how many texts are in the queue.
func (q *spoolQueue) len() int { return len(q.lengths) }

// next takes the first text out. There must be one.
func (q *spoolQueue) next() ([]byte, error) {
	file, err := q.spool.open()
	if err != nil {
		return nil, newSpoolError("create", err)
	}
	text := make([]byte, q.lengths[0])
	if err := q.each(q.read, text, file.ReadAt); err != nil {
		return nil, newSpoolError("read", err)
	}
	q.read += int64(len(text))
	if q.lengths = q.lengths[1:]; len(q.lengths) == 0 {
		q.drop()
	}
	return text, nil
}

// each does a piece of p at a time: that which belongs into one block, from offset
// on.
func (q *spoolQueue) each(offset int64, p []byte, do func([]byte, int64) (int, error)) error {
	for len(p) > 0 {
		within := offset % spoolBlock
		n := min(int64(len(p)), spoolBlock-within)
		if _, err := do(p[:n], q.blocks[offset/spoolBlock]*spoolBlock+within); err != nil {
			return err
		}
		offset, p = offset+n, p[n:]
	}
	return nil
}

// drop empties the queue and gives its place back.
func (q *spoolQueue) drop() {
	q.spool.giveBack(q.blocks)
	*q = spoolQueue{spool: q.spool}
}
