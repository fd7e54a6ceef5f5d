package checkpoint

import (
	"time"

	"go.etcd.io/bbolt"
)

// bbolt maps its file, so that whatever has been looked at once counts as memory of the
// process, and with millions of messages would be most of what it seems to hold. Pages
// are therefore given back: every so often as transactions begin, and within those that
// read the file through.
const (
	giveBackEvery = 250 * time.Millisecond
	giveBackAfter = 1 << 20 // bytes that are read in one transaction
)

// giveBackAtTimes gives pages back if that was last done giveBackEvery ago.
func (s *store) giveBackAtTimes(tx *bbolt.Tx) {
	now, last := time.Now().UnixNano(), s.gaveBack.Load()
	if now-last >= int64(giveBackEvery) && s.gaveBack.CompareAndSwap(last, now) {
		regionOf(tx).giveBack()
	}
}

// eachPair calls f with all that b holds, in the order of the keys.
func eachPair(tx *bbolt.Tx, b *bbolt.Bucket, f func(k, v []byte) error) error {
	read := 0
	return b.ForEach(func(k, v []byte) error {
		if read += len(k) + len(v); read >= giveBackAfter {
			read = 0
			regionOf(tx).giveBack()
		}
		return f(k, v)
	})
}

// keepGivingBack gives pages back while bbolt reads the file through by itself, until it
// is stopped.
func keepGivingBack(tx *bbolt.Tx) (stop func()) {
	mapped := regionOf(tx)
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for often := time.NewTicker(giveBackEvery / 10); ; {
			select {
			case <-done:
				often.Stop()
				return
			case <-often.C:
				mapped.giveBack()
			}
		}
	}()
	return func() { close(done); <-over }
}
