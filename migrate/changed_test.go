package migrate_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// resource is one line of a snapshot.
type resource = map[string]any

// lines is a snapshot in memory, to be changed.
type lines map[string][]resource

func readLines(t testing.TB, dir string) lines {
	t.Helper()
	all := lines{}
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(bytes.NewReader(text))
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			var r resource
			d := json.NewDecoder(bytes.NewReader(s.Bytes()))
			d.UseNumber()
			if err := d.Decode(&r); err != nil {
				t.Fatal(err)
			}
			all[filepath.Base(f)] = append(all[filepath.Base(f)], r)
		}
	}
	return all
}

// write makes a snapshot of lines; the files come from dir.
func (l lines) write(t testing.TB, dir string) string {
	t.Helper()
	out := t.TempDir()
	if err := os.CopyFS(out, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for name, resources := range l {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		for _, r := range resources {
			if err := e.Encode(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(out, name), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l.writeFiles(t, out)
	return out
}

// writeFiles makes the files of messages that were given new ones.
func (l lines) writeFiles(t testing.TB, out string) {
	t.Helper()
	for _, m := range l["messages.jsonl"] {
		files, _ := m["media"].([]any)
		for _, f := range files {
			f := f.(map[string]any)
			path := filepath.Join(out, "media", f["sid"].(string))
			if _, err := os.Stat(path); err == nil {
				continue
			}
			size, err := strconv.Atoi(fmt.Sprint(f["size"]))
			if err == nil {
				err = os.WriteFile(path, bytes.Repeat([]byte("x"), size), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// change gives the world another state of its account.
func (w *world) change(do func(lines)) {
	w.t.Helper()
	l := readLines(w.t, w.source)
	do(l)
	w.source = l.write(w.t, w.source)
}

// in are the lines of a file that belong to conversation k.
func (l lines) in(file string, k int) []resource {
	var out []resource
	for _, r := range l[file] {
		if r["conversation_sid"] == l["conversations.jsonl"][k]["sid"] {
			out = append(out, r)
		}
	}
	return out
}

// message is the nth of conversation k.
func (l lines) message(k, n int) resource { return l.in("messages.jsonl", k)[n] }

// insert adds a copy of a message right after it, changed by do.
func (l lines) insert(file string, after resource, do func(resource)) {
	r := resource{}
	for k, v := range after {
		r[k] = v
	}
	do(r)
	i := slices.IndexFunc(l[file], func(o resource) bool { return o["sid"] == after["sid"] })
	l[file] = slices.Insert(l[file], i+1, r)
}

func (l lines) remove(file string, r resource) {
	l[file] = slices.DeleteFunc(l[file], func(o resource) bool { return o["sid"] == r["sid"] })
}
