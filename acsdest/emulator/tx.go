package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"
)

// tx is one transaction on the state, as the nouns use it.
type tx struct {
	bolt  *bbolt.Tx
	state *state
}

// read runs f on a consistent view of the state.
func (st *state) read(f func(tx) error) error {
	return st.db.View(func(b *bbolt.Tx) error { return f(tx{b, st}) })
}

// write runs f in a transaction shared with other writers and returns once that
// is on disk. f must refuse before it changes anything: see committer.
func (st *state) write(f func(tx) error) error { return st.writes.do(f) }

func (t tx) bucket(name []byte) *bbolt.Bucket { return t.bolt.Bucket(name) }

// threadsOf lists threads in which u is or was a member, in the order of their
// creation, at most limit.
func (t tx) threadsOf(u userID, limit int) []threadNum {
	var nums []threadNum
	cursor := t.bucket(bucketMemberships).Cursor()
	for key, _ := cursor.Seek([]byte(u)); hasPrefix(key, []byte(u)) && len(nums) < limit; key, _ = cursor.Next() {
		nums = append(nums, threadNum(lastUint64(key)))
	}
	return nums
}

// load reads the JSON value at key; false when there is none.
func load[T any](b *bbolt.Bucket, key []byte) (value T, found bool, err error) {
	data := b.Get(key)
	if data == nil {
		return value, false, nil
	}
	value, err = decode[T](data)
	return value, err == nil, err
}

func decode[T any](data []byte) (value T, err error) {
	if err := json.Unmarshal(data, &value); err != nil {
		return value, fmt.Errorf("decode stored value: %w", err)
	}
	return value, nil
}

// save writes value at key as JSON.
func save(b *bbolt.Bucket, key []byte, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode stored value: %w", err)
	}
	return b.Put(key, data)
}

// eachWithPrefix calls f with every value whose key starts with prefix, and the
// rest of that key.
func eachWithPrefix(b *bbolt.Bucket, prefix []byte, f func(rest, value []byte) error) error {
	cursor := b.Cursor()
	for key, value := cursor.Seek(prefix); hasPrefix(key, prefix); key, value = cursor.Next() {
		if err := f(key[len(prefix):], value); err != nil {
			return err
		}
	}
	return nil
}

// hasPrefix reports whether key is there and starts with prefix.
func hasPrefix(key, prefix []byte) bool { return key != nil && bytes.HasPrefix(key, prefix) }

// seekBack moves to the last key that is not after key.
func seekBack(c *bbolt.Cursor, key []byte) (k, v []byte) {
	k, v = c.Seek(key)
	switch {
	case k == nil:
		return c.Last()
	case bytes.Equal(k, key):
		return k, v
	}
	return c.Prev()
}

// seekBefore moves to the last key before key.
func seekBefore(c *bbolt.Cursor, key []byte) (k, v []byte) {
	if k, _ = c.Seek(key); k == nil {
		return c.Last()
	}
	return c.Prev()
}
