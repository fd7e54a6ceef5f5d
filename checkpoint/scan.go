package checkpoint

import (
	"bytes"
	"errors"
	"iter"

	"go.etcd.io/bbolt"
)

// A pair is a key and its sealed value, copied out of the file.
type pair struct{ key, sealed []byte }

// The most that is copied out of the file at once.
const (
	pagePairs = 256
	pageBytes = 256 << 10
)

// scan yields what a bucket holds under keys that begin with prefix, in the
// order of the keys. It copies a page at a time: no transaction is open, and
// only a page is in memory, while the consumer is at work. What is written
// meanwhile may or may not be seen.
func (r *Reader) scan(bucket, prefix []byte) iter.Seq2[pair, error] {
	return func(yield func(pair, error) bool) {
		var last []byte
		for {
			page, err := r.page(bucket, prefix, last)
			if err != nil {
				yield(pair{}, err)
				return
			}
			for _, p := range page {
				if !yield(p, nil) {
					return
				}
				last = p.key
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

var errUnsorted = errors.New("keys are out of order")

// page copies the first pairs under prefix whose keys are after last; nil
// stands before all keys.
func (r *Reader) page(bucket, prefix, last []byte) (page []pair, err error) {
	err = r.view(func(tx *bbolt.Tx) error {
		b, err := bucketOf(tx, bucket)
		if err != nil {
			return err
		}
		c := b.Cursor()
		k, v := c.Seek(prefix)
		if last != nil {
			if k, v = c.Seek(last); bytes.Equal(k, last) {
				k, v = c.Next()
			}
		}
		for size := 0; bytes.HasPrefix(k, prefix) && k != nil; k, v = c.Next() {
			if len(k) > bbolt.MaxKeySize || len(v) > maxValue {
				return errSeal
			}
			if last != nil && bytes.Compare(k, last) <= 0 {
				return errUnsorted // or else the scan might never end
			}
			if size += len(v); len(page) == pagePairs || len(page) > 0 && size > pageBytes {
				break
			}
			last = bytes.Clone(k)
			page = append(page, pair{last, bytes.Clone(v)})
		}
		return nil
	})
	return page, err
}

// list decodes what scan yields. A failed listing yields its error once, last.
func list[T any](r *Reader, bucket, prefix []byte) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for p, err := range r.scan(bucket, prefix) {
			var item T
			if err == nil {
				if item, err = decode[T](p.key, p.sealed); err != nil {
					err = r.store.damaged(err)
				}
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}
