package acsdest

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // what Azure checks transfers with; nothing is trusted for it
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
)

// Put stores what r gives under key, and returns its size in bytes and its SHA-256
// in hexadecimal. A file already there is replaced at once or, on an error, not at
// all. Beside the content are kept its type, its MD5 where Azure has a place for
// it, and its SHA-256 as the metadata sha256; everything that a browser would run
// is marked to be saved rather than opened.
//
// A file that is larger than a block is sent in blocks, which nobody sees before
// the last one has arrived. They are named by their content and stay for a week:
// when Put is repeated after it was interrupted, it reads r from its beginning,
// but sends only the blocks that Azure does not have. ctx is looked at between
// reads, so r should end with it too.
func (s *BlobStore) Put(ctx context.Context, key, contentType string, r io.Reader) (size int64, sum string, err error) {
	if err := checkBlobKey(key); err != nil {
		return 0, "", err
	}
	u := &upload{
		store: s, blob: s.container.NewBlockBlobClient(key), source: &contextReader{ctx, r},
		headers: blobHeaders(key, contentType), sha256: sha256.New(), md5: md5.New(), //nolint:gosec // see the import
	}
	if err := u.run(ctx); err != nil {
		return 0, "", fmt.Errorf("store media %s: %w", key, err)
	}
	return u.size, u.sum(), nil
}

// smallFile is up to how many bytes a file is sent without waiting for a block's
// memory. Most of what a migration stores beside media is smaller.
const smallFile = 64 << 10

// Azure commits at most 50,000 blocks of at most 4,000 MiB to a blob ("Scalability
// and performance targets for Blob storage"). Every 10,000 blocks they double.
const (
	maxBlocks    = 50_000
	blocksOfSize = 10_000
)

var errTooManyBlocks = fmt.Errorf("the file does not fit into %d blocks", maxBlocks)

// upload is a Put on its way.
type upload struct {
	store   *BlobStore
	blob    *blockblob.Client
	source  io.Reader
	headers blob.HTTPHeaders
	sha256  hash.Hash
	md5     hash.Hash
	size    int64
	buffer  []byte           // of a block; nil before a file turns out to be large
	blocks  []string         // names of those that make up the file
	present map[string]int64 // sizes of those that Azure has, by name
}

func (u *upload) run(ctx context.Context) error {
	head := make([]byte, min(smallFile, u.store.blockSize))
	n, end, err := fill(u.source, head)
	if err != nil {
		return err
	}
	if end {
		return u.putWhole(ctx, head[:n])
	}
	u.source = io.MultiReader(bytes.NewReader(head), u.source)

	select {
	case u.buffer = <-u.store.buffers:
	case <-ctx.Done():
		return ctx.Err()
	}
	err = u.putLarge(ctx)
	if err != nil || len(u.buffer) != u.store.blockSize {
		u.buffer = nil // net/http may go on reading from it; or it has grown
	}
	u.store.buffers <- u.buffer
	return err
}

// putLarge sends a file in blocks, unless it turns out to be a single one.
func (u *upload) putLarge(ctx context.Context) error {
	for end := false; !end; {
		if size := u.nextBlockSize(); len(u.buffer) < size {
			u.buffer = make([]byte, size)
		}
		var n int
		var err error
		if n, end, err = fill(u.source, u.buffer); err != nil {
			return err
		}
		if end && len(u.blocks) == 0 {
			return u.putWhole(ctx, u.buffer[:n])
		}
		if err := u.putBlock(ctx, u.buffer[:n]); err != nil {
			return err
		}
	}
	return u.commit(ctx)
}

func (u *upload) nextBlockSize() int {
	return u.store.blockSize << (min(len(u.blocks), maxBlocks-1) / blocksOfSize)
}

// fill reads until p is full or r has ended. io.ReadFull would do if it told a
// source that ended from one that broke off with io.ErrUnexpectedEOF.
func fill(r io.Reader, p []byte) (n int, end bool, err error) {
	for n < len(p) {
		m, err := r.Read(p[n:])
		n += m
		if err == io.EOF {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
}

// putWhole sends a file in one request.
func (u *upload) putWhole(ctx context.Context, content []byte) error {
	u.add(content)
	u.headers.BlobContentMD5 = u.md5.Sum(nil)
	_, err := u.blob.Upload(ctx, body(content), &blockblob.UploadOptions{
		HTTPHeaders:             &u.headers,
		Metadata:                u.metadata(),
		TransactionalValidation: blob.TransferValidationTypeMD5(u.headers.BlobContentMD5),
	})
	return newBlobError(err)
}

// putBlock sends the next block, unless Azure has it.
func (u *upload) putBlock(ctx context.Context, content []byte) error {
	if len(content) == 0 {
		return nil // the file ended with the block before
	}
	if len(u.blocks) == maxBlocks {
		return errTooManyBlocks
	}
	if err := u.list(ctx); err != nil {
		return err
	}
	u.add(content)
	name := blockName(len(u.blocks), content)
	u.blocks = append(u.blocks, name)
	if size, ok := u.present[name]; ok && size == int64(len(content)) {
		return nil
	}
	sum := md5.Sum(content) //nolint:gosec // see the import
	_, err := u.blob.StageBlock(ctx, name, body(content), &blockblob.StageBlockOptions{
		TransactionalValidation: blob.TransferValidationTypeMD5(sum[:]),
	})
	return newBlobError(err)
}

// list asks, once, which blocks Azure has: those that an interrupted Put left, and
// those of the file that is about to be replaced, which is the same file when only
// the answer to its commit was lost.
func (u *upload) list(ctx context.Context) error {
	if u.present != nil {
		return nil
	}
	u.present = map[string]int64{}
	resp, err := u.blob.GetBlockList(ctx, blockblob.BlockListTypeAll, nil)
	if bloberror.HasCode(err, bloberror.BlobNotFound) {
		return nil
	}
	if err != nil {
		return newBlobError(err)
	}
	for _, blocks := range [][]*blockblob.Block{resp.CommittedBlocks, resp.UncommittedBlocks} {
		for _, b := range blocks {
			if b.Name != nil && b.Size != nil {
				u.present[*b.Name] = *b.Size
			}
		}
	}
	return nil
}

// commit makes the blocks the file.
func (u *upload) commit(ctx context.Context) error {
	u.headers.BlobContentMD5 = u.md5.Sum(nil)
	_, err := u.blob.CommitBlockList(ctx, u.blocks, &blockblob.CommitBlockListOptions{
		HTTPHeaders: &u.headers,
		Metadata:    u.metadata(),
	})
	return newBlobError(err)
}

func (u *upload) add(content []byte) {
	u.size += int64(len(content))
	u.sha256.Write(content)
	u.md5.Write(content)
}

func (u *upload) sum() string { return hex.EncodeToString(u.sha256.Sum(nil)) }

func (u *upload) metadata() map[string]*string {
	return map[string]*string{"sha256": to.Ptr(u.sum())}
}

func body(content []byte) io.ReadSeekCloser { return streaming.NopCloser(bytes.NewReader(content)) }

// blockName names a block by its place and content. The place is in it because a
// file may repeat itself. Azure wants the names of a blob's blocks to be equally
// long, and at most 64 bytes before base64.
func blockName(place int, content []byte) string {
	sum := sha256.Sum256(content)
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(sum[:], uint32(place)))
}
