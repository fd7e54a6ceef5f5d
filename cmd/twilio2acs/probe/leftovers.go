package probe

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// leftover is something that was created and not yet deleted: a user, or a thread
// with whom may delete it.
type leftover struct {
	User   mapping.CommunicationUserID `json:"user,omitempty"`
	Thread mapping.ThreadID            `json:"thread,omitempty"`
	As     mapping.CommunicationUserID `json:"as,omitempty"`
}

// leftovers are all of them, with the file that names them, a JSON object a line.
// The file is gone when nothing is left.
type leftovers struct {
	file *os.File
	all  []leftover
}

// openLeftovers reads the note of that path, and makes it if there is none.
func openLeftovers(path string) (*leftovers, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open note of what is to be deleted: %w", err)
	}
	l := &leftovers{file: f}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var one leftover
		if json.Unmarshal(lines.Bytes(), &one) != nil || (one.User == "") == (one.Thread == "") {
			break // a killed process was writing it
		}
		l.all = append(l.all, one)
	}
	if err := lines.Err(); err != nil {
		return l, fmt.Errorf("read note of what is to be deleted: %w", err)
	}
	return l, nil
}

// add notes what has just been created.
func (l *leftovers) add(one leftover) error {
	l.all = append(l.all, one)
	return l.write(one)
}

func (l *leftovers) write(one leftover) error {
	line, err := json.Marshal(one)
	if err == nil {
		_, err = l.file.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("note what is to be deleted: %w", err)
	}
	return nil
}

// remove deletes everything, threads before those who may delete them. What cannot
// be deleted stays noted, and with a thread who may delete it.
func (l *leftovers) remove(ctx context.Context, res Resource) error {
	slices.SortStableFunc(l.all, func(a, b leftover) int { return cmp.Compare(a.User, b.User) }) // threads have none
	needed := map[mapping.CommunicationUserID]bool{}
	var failed []error
	l.all = slices.DeleteFunc(l.all, func(one leftover) bool {
		if needed[one.User] {
			return false
		}
		err := one.remove(ctx, res)
		if err != nil {
			failed, needed[one.As] = append(failed, err), one.Thread != ""
		}
		return err == nil
	})
	if err := l.rewrite(); err != nil {
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// rewrite makes the note say what there is.
func (l *leftovers) rewrite() error {
	if err := l.file.Truncate(0); err != nil {
		return fmt.Errorf("note what is to be deleted: %w", err)
	}
	if _, err := l.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("note what is to be deleted: %w", err)
	}
	for _, one := range l.all {
		if err := l.write(one); err != nil {
			return err
		}
	}
	return nil
}

// close removes the note where nothing is left to delete.
func (l *leftovers) close() error {
	err := l.file.Close()
	if len(l.all) == 0 {
		err = errors.Join(err, os.Remove(l.file.Name()))
	}
	if err != nil {
		return fmt.Errorf("close note of what is to be deleted: %w", err)
	}
	return nil
}

// remove deletes one thing. That it is not there any more is as good; of threads ACS
// says that with 403 as well as with 404.
func (o leftover) remove(ctx context.Context, res Resource) error {
	var err error
	if o.User != "" {
		err = res.Identity.DeleteUser(ctx, o.User)
	} else {
		err = res.Chat.DeleteThread(ctx, o.As, o.Thread)
	}
	var answered *acsdest.Error
	if errors.As(err, &answered) && (answered.Status == notFound || o.Thread != "" && answered.Status == forbidden) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("delete %s%s: %w", o.User, o.Thread, err)
	}
	return nil
}
