package redact

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
)

// blockSize is that of AES, in bytes.
const blockSize = aes.BlockSize

// keys are what a Key is used for, one AES-256 each.
type keys struct {
	digest cipher.Block
	stream cipher.Block
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

func newBlock(k Key, use string) (cipher.Block, error) {
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

// permuter does the arithmetic of one resource or file. It holds the buffers that
// would otherwise be made anew for every block.
type permuter struct {
	keys       *keys
	state, out fingerprint
	values     []int32     // places of a word's characters in their alphabets,
	sizes      []int32     // the sizes of these,
	alphabets  []*alphabet // these,
	at         []int       // and where in the word the characters stand
}

// digest is a CBC-MAC of what came before, itself a digest or nothing, and of
// data, whose length is in the first block.
func (p *permuter) digest(use, round byte, before fingerprint, data []int32) fingerprint {
	p.state = before
	p.state[0] ^= use
	p.state[1] ^= round
	at := p.state[8:]
	binary.LittleEndian.PutUint64(at, binary.LittleEndian.Uint64(at)^uint64(len(data)))
	p.encrypt()
	for len(data) > 0 {
		n := min(len(data), blockSize/4)
		for i, v := range data[:n] {
			at := p.state[4*i:]
			binary.LittleEndian.PutUint32(at, binary.LittleEndian.Uint32(at)^uint32(v))
		}
		p.encrypt()
		data = data[n:]
	}
	return p.state
}

func (p *permuter) encrypt() { p.keys.digest.Encrypt(p.state[:], p.state[:]) }

// shift adds to each value, or takes from it, a number that follows from f. Each
// stays below its size.
func (p *permuter) shift(values, sizes []int32, f fingerprint, back bool) {
	for i := range values {
		if i%(blockSize/4) == 0 {
			p.state = f
			at := p.state[8:]
			binary.LittleEndian.PutUint64(at, binary.LittleEndian.Uint64(at)^uint64(i+1))
			p.keys.stream.Encrypt(p.out[:], p.state[:])
		}
		size := uint32(sizes[i])
		by := binary.LittleEndian.Uint32(p.out[4*(i%(blockSize/4)):]) % size
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
func (p *permuter) permute(values, sizes []int32, context fingerprint, back bool) {
	if len(values) == 1 {
		p.rotate(values, sizes, context, back)
		return
	}
	p.mix(values, sizes, context)
	if back {
		previous(values, sizes)
	} else {
		next(values, sizes)
	}
	p.unmix(values, sizes, context)
}

// rotate is permute for a single value: half of nothing cannot shift anything.
func (p *permuter) rotate(values, sizes []int32, context fingerprint, back bool) {
	f := p.digest(forRound, rounds, context, sizes)
	by := 1 + int32(binary.LittleEndian.Uint32(f[:])%uint32(sizes[0]-1))
	if back {
		by = sizes[0] - by
	}
	values[0] = (values[0] + by) % sizes[0]
}

// mix is a Feistel network whose halves are shifted value by value, so that every
// value may have a size of its own (the characterwise addition of FFX).
func (p *permuter) mix(values, sizes []int32, context fingerprint) {
	for round := range rounds {
		p.round(round, values, sizes, context, false)
	}
}

func (p *permuter) unmix(values, sizes []int32, context fingerprint) {
	for round := rounds - 1; round >= 0; round-- {
		p.round(round, values, sizes, context, true)
	}
}

func (p *permuter) round(round int, values, sizes []int32, context fingerprint, back bool) {
	half := (len(values) + 1) / 2
	left, right := values[:half], values[half:]
	if round%2 == 0 {
		p.shift(left, sizes[:half], p.digest(forRound, byte(round), context, right), back)
	} else {
		p.shift(right, sizes[half:], p.digest(forRound, byte(round), context, left), back)
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
