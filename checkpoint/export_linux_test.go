package checkpoint

import "go.etcd.io/bbolt"

// Mapped is how many bytes the file at path says that it has, and how many of them, or
// of what would be behind them, may be given back.
func Mapped(path string) (claimed, mapped int64, err error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		r := regionOf(tx)
		claimed, mapped = tx.Size(), int64(r.to-r.from)
		return nil
	})
	return claimed, mapped, err
}
