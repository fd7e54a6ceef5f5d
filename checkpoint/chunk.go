package checkpoint

import (
	"bytes"
	"encoding/binary"

	"go.etcd.io/bbolt"
)

// chunkSize is how many messages a chunk holds when it is full: about 28 KB,
// seven pages. The last chunk of a conversation is filled up before the next
// one is begun; the others are never written again.
const chunkSize = 1000

// chunkKey orders the chunks of a conversation: its key, and the first index
// that may be in the chunk.
func chunkKey(c sidKey, from position) []byte {
	return binary.BigEndian.AppendUint64(c[:], uint64(from.index+1))
}

// writeChunks adds s to the chunks of a conversation, which it must join.
func writeChunks(tx *bbolt.Tx, c sidKey, s segment) error {
	last, found, err := lastChunk(tx, c)
	switch {
	case err != nil:
		return err
	case !found:
		last.to = start
	}
	if found && last.messages() < chunkSize {
		if s, err = last.join(s); err != nil {
			return err
		}
	} else if last.to != s.from {
		return errGap
	}
	parts, err := s.split(chunkSize)
	if err != nil {
		return err
	}
	for _, part := range parts {
		value := part.append(make([]byte, 0, part.room()))
		if err := put(tx, chunkBucket, chunkKey(c, part.from), value); err != nil {
			return err
		}
	}
	return nil
}

// lastChunk finds the last chunk of a conversation. It shares the memory of tx.
func lastChunk(tx *bbolt.Tx, c sidKey) (segment, bool, error) {
	return chunkOf(tx, c, maxIndex)
}

// chunkOf finds the chunk of a conversation that has index in it, if any has:
// the last one that begins before it. It shares the memory of tx.
func chunkOf(tx *bbolt.Tx, c sidKey, index int64) (segment, bool, error) {
	b, err := bucketOf(tx, chunkBucket)
	if err != nil {
		return segment{}, false, err
	}
	cursor := b.Cursor()
	before := cursor.Prev
	if k, _ := cursor.Seek(chunkKey(c, position{index: index})); k == nil {
		before = cursor.Last
	}
	k, v := before()
	if !bytes.HasPrefix(k, c[:]) {
		return segment{}, false, nil
	}
	s, err := readChunk(k, v)
	return s, err == nil, err
}

// lastPosition is where the chunks of a conversation end.
func lastPosition(tx *bbolt.Tx, c sidKey) (position, error) {
	last, found, err := lastChunk(tx, c)
	if err != nil || !found {
		return start, err
	}
	return last.to, nil
}

// readChunk decodes a chunk. It shares the memory of sealed.
func readChunk(key, sealed []byte) (segment, error) {
	value, err := unseal(key, sealed)
	if err != nil {
		return segment{}, err
	}
	d := decoder{data: value}
	s := d.segment()
	if d.err != nil || len(d.data) > 0 {
		return segment{}, errPacked
	}
	return s, nil
}
