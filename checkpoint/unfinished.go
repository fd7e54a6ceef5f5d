package checkpoint

import (
	"os"
	"path/filepath"
	"strings"
)

// unfinishedPrefix begins the names of files that are made beside the ledger at
// path, and are of no use if a crash comes before they are finished.
func unfinishedPrefix(path string) string { return "." + filepath.Base(path) + ".unfinished-" }

// createUnfinished makes such a file, in any folder.
func createUnfinished(folder, path string) (*os.File, error) {
	return os.CreateTemp(folder, unfinishedPrefix(path)+"*")
}

// removeUnfinished removes what a crash has left beside the ledger at path, and
// copies that a reader asked for and did not live to read. It is only tidiness:
// what cannot be removed stays.
func removeUnfinished(path string) {
	folder := filepath.Dir(path)
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		question := isNumbered(e.Name(), questionPrefix(path))
		if !question && !isNumbered(e.Name(), unfinishedPrefix(path)) {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && (!question || info.Size() > 0) {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// replaceFile gives a file another name in its folder, durably.
func replaceFile(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(to)
}

// isNumbered reports whether name is prefix and a number, as os.CreateTemp makes
// them.
func isNumbered(name, prefix string) bool {
	number, ok := strings.CutPrefix(name, prefix)
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}
