package checkpoint

import (
	"syscall"

	"go.etcd.io/bbolt"
)

// giveBackPages takes the pages of the file out of the memory of the process. bbolt maps
// the file, so that whatever has been looked at once counts for it, and with millions of
// messages would be most of what it seems to hold. The pages stay in the cache of the
// system, from where they come back when they are wanted.
func (s *store) giveBackPages() error {
	return s.view(func(tx *bbolt.Tx) error { // meanwhile the file is not mapped anew
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, tx.DB().Info().Data, uintptr(tx.Size()), syscall.MADV_DONTNEED)
		return nil // it was advice
	})
}
