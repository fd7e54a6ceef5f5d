package redact

import (
	"crypto/aes"
	stdcipher "crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
)

// blockSize is that of AES, in bytes.
const blockSize = aes.BlockSize

// keys are what a Key is used for, one AES-256 each.
type keys struct {
	digest stdcipher.Block
	stream stdcipher.Block
	media  []byte // keys the digests of files
}

func newKeys(k Key) (*keys, error) {
	digest, err := newBlock(k, "digest")
	if err != nil {
		return nil, err
	}
	stream, err := newBlock(k, "stream")
	if err != nil {
		return nil, err
	}
	media, err := hkdf.Expand(sha256.New, k[:], "media", sha256.Size)
	return &keys{digest: digest, stream: stream, media: media}, err
}

func newBlock(k Key, use string) (stdcipher.Block, error) {
	derived, err := hkdf.Expand(sha256.New, k[:], use, sha256.Size)
	if err != nil {
		return nil, err
	}
	return aes.NewCipher(derived)
}

// fingerprint is the outcome of digest.
type fingerprint [blockSize]byte

// What fingerprints are for. No two uses share any.
const (
	forContext byte = iota + 1
	forRound
	forMemory
	forBytes
)

// cipher does the arithmetic of one call. It holds the buffers that an
// interface would otherwise move to the heap at every block.
type cipher struct {
	keys       *keys
	state, out fingerprint
	values     []int32     // places of a word in their alphabets,
	sizes      []int32     // and the sizes of these
	moved      []int       // where in the word they stand
	alphabets  []*alphabet // and from where they are
}

// digest is a CBC-MAC of what came before, itself a digest or nothing, and of
// data, whose length is in the first block.
func (c *cipher) digest(use, round byte, before fingerprint, data []int32) fingerprint {
	c.state = before
	c.state[0] ^= use
	c.state[1] ^= round
	at := c.state[8:]
	binary.LittleEndian.PutUint64(at, binary.LittleEndian.Uint64(at)^uint64(len(data)))
	c.encrypt()
	for len(data) > 0 {
		n := min(len(data), blockSize/4)
		for i, v := range data[:n] {
			at := c.state[4*i:]
			binary.LittleEndian.PutUint32(at, binary.LittleEndian.Uint32(at)^uint32(v))
		}
		c.encrypt()
		data = data[n:]
	}
	return c.state
}

func (c *cipher) encrypt() { c.keys.digest.Encrypt(c.state[:], c.state[:]) }

// shift adds to each value, or takes from it, a number that follows from f. Each
// stays below its size.
func (c *cipher) shift(values, sizes []int32, f fingerprint, back bool) {
	for i := range values {
		if i%(blockSize/4) == 0 {
			c.state = f
			at := c.state[8:]
			binary.LittleEndian.PutUint64(at, binary.LittleEndian.Uint64(at)^uint64(i+1))
			c.keys.stream.Encrypt(c.out[:], c.state[:])
		}
		size := uint32(sizes[i])
		by := binary.LittleEndian.Uint32(c.out[4*(i%(blockSize/4)):]) % size
		if back {
			by = size - by
		}
		values[i] = int32((uint32(values[i]) + by) % size)
	}
}

// rounds is how often each half of a mix is shifted by the other, together, there
// and back: 10, as in NIST SP 800-38G's FF1.
const rounds = 5

// permute replaces values by others, one to one and never by themselves, in a
// way that follows from the context. It mixes them, goes to the next value and
// mixes back: whatever mixing does, the next value is another one.
func (c *cipher) permute(values, sizes []int32, context fingerprint, back bool) {
	if len(values) == 1 {
		c.rotate(values, sizes, context, back)
		return
	}
	c.mix(values, sizes, context)
	if back {
		previous(values, sizes)
	} else {
		next(values, sizes)
	}
	c.unmix(values, sizes, context)
}

// rotate is permute for a single value: half of nothing cannot shift anything.
func (c *cipher) rotate(values, sizes []int32, context fingerprint, back bool) {
	f := c.digest(forRound, rounds, context, sizes)
	by := 1 + int32(binary.LittleEndian.Uint32(f[:])%uint32(sizes[0]-1))
	if back {
		by = sizes[0] - by
	}
	values[0] = (values[0] + by) % sizes[0]
}

// mix is a Feistel network whose halves are shifted value by value, so that every
// value may have a size of its own (the characterwise addition of FFX).
func (c *cipher) mix(values, sizes []int32, context fingerprint) {
	for round := range rounds {
		c.round(round, values, sizes, context, false)
	}
}

func (c *cipher) unmix(values, sizes []int32, context fingerprint) {
	for round := rounds - 1; round >= 0; round-- {
		c.round(round, values, sizes, context, true)
	}
}

func (c *cipher) round(round int, values, sizes []int32, context fingerprint, back bool) {
	half := (len(values) + 1) / 2
	left, right := values[:half], values[half:]
	if round%2 == 0 {
		c.shift(left, sizes[:half], c.digest(forRound, byte(round), context, right), back)
	} else {
		c.shift(right, sizes[half:], c.digest(forRound, byte(round), context, left), back)
	}
}

// next counts up by one, as on a meter whose wheels have these sizes.
func next(values, sizes []int32) {
	for i := len(values) - 1; i >= 0; i-- {
		if values[i]++; values[i] < sizes[i] {
			return
		}
		values[i] = 0
	}
}

// previous undoes next.
func previous(values, sizes []int32) {
	for i := len(values) - 1; i >= 0; i-- {
		if values[i]--; values[i] >= 0 {
			return
		}
		values[i] = sizes[i] - 1
	}
}
