package checkpoint

import (
	"syscall"

	"github.com/prometheus/procfs"
	"go.etcd.io/bbolt"
)

// A region is the memory that a file is mapped to; empty where it is not known.
type region struct{ from, to uintptr }

// regionOf is where bbolt has mapped its file, for as long as tx lasts. The system is
// asked how far that reaches: a file may say that it is longer than it is, and behind it
// lies the memory of others.
func regionOf(tx *bbolt.Tx) region {
	self, err := procfs.Self()
	if err != nil {
		return region{}
	}
	maps, err := self.ProcMaps()
	if err != nil {
		return region{}
	}
	for _, m := range maps {
		if m.StartAddr == tx.DB().Info().Data && m.Inode != 0 { // a file, then
			return region{m.StartAddr, m.EndAddr}
		}
	}
	return region{}
}

// giveBack takes the pages of r out of the memory of the process. They stay in the cache
// of the system, from where they come back when they are wanted, by whoever is reading
// them.
func (r region) giveBack() {
	if r.from < r.to {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, r.from, r.to-r.from, syscall.MADV_DONTNEED) // it is advice
	}
}
