package checkpoint

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"

	"go.etcd.io/bbolt"
)

// The buckets of the file.
var (
	metaBucket    = []byte("meta")
	personBucket  = []byte("persons")
	threadBucket  = []byte("threads")
	chunkBucket   = []byte("chunks")  // messages, packed
	journalBucket = []byte("journal") // messages, as they came
	amendedBucket = []byte("amended") // messages that were amended, as they stand since
	mediaBucket   = []byte("media")
	runBucket     = []byte("runs")

	attemptBucket      = []byte("attempts")
	attemptOrderBucket = []byte("attempt order") // keys of attempts, the longest quiet first
	verificationBucket = []byte("verifications")
	verifiedBucket     = []byte("verified")   // what the latest verification of a thread found
	forgettingBucket   = []byte("forgetting") // conversations of which a part may be left

	// decisionBucket is made with the first decision: older ledgers have none.
	decisionBucket = []byte("decisions") // about people

	buckets = [][]byte{
		metaBucket, personBucket, threadBucket, chunkBucket, journalBucket, amendedBucket, mediaBucket, runBucket,
		attemptBucket, attemptOrderBucket, verificationBucket, verifiedBucket, forgettingBucket,
	}
)

// sealSize is what a seal adds to a value, in bytes.
const sealSize = 4

// maxValue bounds what a value can be, in bytes: a damaged length must not
// make us ask for gigabytes.
const maxValue = 256 << 20

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)

	errSeal = errors.New("a checksum does not fit its value")
)

// seal puts a checksum before a value. It covers the key as well, so that a
// value cannot be taken for another's.
func seal(key, value []byte) []byte {
	sealed := make([]byte, sealSize, sealSize+len(value))
	binary.BigEndian.PutUint32(sealed, checksum(key, value))
	return append(sealed, value...)
}

// unseal takes the checksum off. The value is part of sealed.
func unseal(key, sealed []byte) ([]byte, error) {
	if len(sealed) < sealSize || len(sealed) > maxValue {
		return nil, errSeal
	}
	value := sealed[sealSize:]
	if binary.BigEndian.Uint32(sealed) != checksum(key, value) {
		return nil, errSeal
	}
	return value, nil
}

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

func bucketOf(tx *bbolt.Tx, name []byte) (*bbolt.Bucket, error) {
	b := tx.Bucket(name)
	if b == nil {
		return nil, fmt.Errorf("%s are missing", name)
	}
	return b, nil
}

// put stores value under key.
func put(tx *bbolt.Tx, bucket, key, value []byte) error {
	b, err := bucketOf(tx, bucket)
	if err != nil {
		return err
	}
	return b.Put(key, seal(key, value))
}

// remove deletes what is stored under key, if anything is.
func remove(tx *bbolt.Tx, bucket, key []byte) error {
	b, err := bucketOf(tx, bucket)
	if err != nil {
		return err
	}
	return b.Delete(key)
}

// get decodes the item under key; found is false when there is none.
func get[T any](tx *bbolt.Tx, bucket, key []byte) (item T, found bool, err error) {
	b, err := bucketOf(tx, bucket)
	if err != nil {
		return item, false, err
	}
	sealed := b.Get(key)
	if sealed == nil {
		return item, false, nil
	}
	item, err = decode[T](key, sealed)
	return item, err == nil, err
}

// last decodes the item with the highest key; found is false when there is none.
func last[T any](tx *bbolt.Tx, bucket []byte) (item T, found bool, err error) {
	b, err := bucketOf(tx, bucket)
	if err != nil {
		return item, false, err
	}
	k, v := b.Cursor().Last()
	if k == nil {
		return item, false, nil
	}
	item, err = decode[T](k, v)
	return item, err == nil, err
}

// decode opens what put has stored as JSON. The item shares no memory with it.
func decode[T any](key, sealed []byte) (item T, err error) {
	value, err := unseal(key, sealed)
	if err != nil {
		return item, err
	}
	err = json.Unmarshal(value, &item)
	return item, err
}
