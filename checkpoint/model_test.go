package checkpoint_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// A model of what the ledger has to know of messages.
type model struct {
	known   map[mapping.ConversationSID][]mapping.MessageRecord
	durable map[mapping.ConversationSID]int // how many of known are on disk
	amended map[mapping.ConversationSID]map[int64]mapping.MessageRecord
}

func newModel() *model {
	return &model{
		known:   map[mapping.ConversationSID][]mapping.MessageRecord{},
		durable: map[mapping.ConversationSID]int{},
		amended: map[mapping.ConversationSID]map[int64]mapping.MessageRecord{},
	}
}

func (m *model) commit() {
	for c, known := range m.known {
		m.durable[c] = len(known)
	}
}

func (m *model) last(c mapping.ConversationSID) int64 {
	if known := m.known[c]; len(known) > 0 {
		return known[len(known)-1].Index
	}
	return -1
}

func (m *model) acknowledge(t *testing.T, l *checkpoint.Ledger, c mapping.ConversationSID, rnd *rand.Rand) {
	t.Helper()
	r := randomMessage(rnd, m.last(c))
	must(t, l.Acknowledge(c, r))
	m.known[c] = append(m.known[c], r)
}

// amend amends a message of c, at times one of an index that was left out.
func (m *model) amend(t *testing.T, l *checkpoint.Ledger, c mapping.ConversationSID, rnd *rand.Rand) {
	t.Helper()
	known := m.known[c]
	if len(known) == 0 {
		return
	}
	r := known[rnd.IntN(len(known))]
	r.Amendment = &mapping.Amendment{Deleted: rnd.IntN(3) == 0, Foreign: rnd.IntN(3) == 0}
	if late := r.Index - 1; rnd.IntN(2) == 0 && late >= 0 && !slices.ContainsFunc(known, func(k mapping.MessageRecord) bool { return k.Index == late }) {
		r.Index, r.Amendment.Late = late, true
	}
	r.Stub = rnd.IntN(3) == 0
	r.Source[3]++
	r.Amendment.Written = []string{"a", "b"}[:rnd.IntN(2)+1]
	must(t, l.Amend(c, r))
	if m.amended[c] == nil {
		m.amended[c] = map[int64]mapping.MessageRecord{}
	}
	m.amended[c][r.Index] = r
}

// crash forgets what is not on disk.
func (m *model) crash() {
	for c := range m.known {
		m.known[c] = m.known[c][:m.durable[c]]
	}
}

// messages is what the ledger has to list of c.
func (m *model) messages(c mapping.ConversationSID) []mapping.MessageRecord {
	merged := maps.Clone(m.amended[c])
	if merged == nil {
		merged = map[int64]mapping.MessageRecord{}
	}
	for _, r := range m.known[c] {
		if _, ok := merged[r.Index]; !ok {
			merged[r.Index] = r
		}
	}
	var list []mapping.MessageRecord
	for _, index := range slices.Sorted(maps.Keys(merged)) {
		list = append(list, merged[index])
	}
	return list
}

func (m *model) check(t *testing.T, l *checkpoint.Reader) {
	t.Helper()
	var counts mapping.Counts
	for c, known := range m.known {
		progress := mapping.Progress{Messages: int64(len(known)), LastIndex: -1}
		if len(known) > 0 {
			last := known[len(known)-1]
			progress.LastIndex, progress.LastID = last.Index, last.IDs[len(last.IDs)-1]
		}
		if got, err := l.Progress(c); got != progress || err != nil {
			t.Fatalf("Progress(%s) = %+v, %v; want %+v", c, got, err, progress)
		}
		want := m.messages(c)
		for _, r := range want {
			if r.Amendment != nil && r.Amendment.Deleted {
				continue
			}
			counts.Messages++
			if r.Stub {
				counts.Stubs++
			}
		}
		if got := collect(t, l.Messages(c)); !reflect.DeepEqual(got, want) { // cmp takes much longer
			t.Fatalf("Messages(%s) -got +want:\n%.3000s", c, cmp.Diff(got, want))
		}
	}
	if got, err := l.Counts(); got != counts || err != nil {
		t.Fatalf("Counts = %+v, %v; want %+v", got, err, counts)
	}
}

// randomMessage makes a record that comes after last, at times a strange one.
func randomMessage(rnd *rand.Rand, last int64) mapping.MessageRecord {
	m := message(rnd.IntN(1000), last+1+int64(rnd.ExpFloat64()/2))
	m.Stub = rnd.IntN(20) == 0
	switch rnd.IntN(50) {
	case 0:
		m.SID = mapping.MessageSID(strings.ToUpper(string(m.SID)))
	case 1:
		m.SID = mapping.MessageSID([]string{"", "IM", "IMno", "XX" + string(m.SID[2:])}[rnd.IntN(4)])
	case 2:
		m.IDs = append(m.IDs, m.IDs[0]+"0", "0", "9223372036854775807")
	case 3:
		m.IDs = []mapping.ChatMessageID{"007", "-1", "+1", "9223372036854775808", "x"}[rnd.IntN(5):]
	case 4:
		m.Index += rnd.Int64N(1 << 40)
	}
	return m
}

func TestMessagesLikeModel(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			runLikeModel(t, rand.New(rand.NewPCG(seed, 0)))
		})
	}
}

func runLikeModel(t *testing.T, rnd *rand.Rand) {
	folder := t.TempDir()
	path := filepath.Join(folder, "0.db")
	l := open(t, path)
	m := newModel()
	conversations := []mapping.ConversationSID{conversation(1), conversation(2), conversation(3), "", "CHodd"}
	for step := range 100 {
		c := conversations[rnd.IntN(len(conversations))]
		switch op := rnd.IntN(11); {
		case op < 5:
			for range rnd.IntN(1 << rnd.IntN(10)) {
				m.acknowledge(t, l, c, rnd)
			}
			must(t, l.Flush())
			m.commit()
			m.acknowledge(t, l, c, rnd) // and one that waits
		case op == 5:
			must(t, l.Fold(c))
			must(t, l.Flush())
			m.commit()
		case op == 6:
			must(t, []func(mapping.ThreadRecord) error{l.RecordThread, l.NoteThread}[rnd.IntN(2)](mapping.ThreadRecord{Conversation: c}))
			must(t, l.Flush())
			m.commit()
		case op == 7:
			must(t, l.Sweep())
			must(t, l.Flush())
			m.commit()
		case op == 8:
			must(t, []func() error{l.Close, l.CloseClean}[rnd.IntN(2)]())
			m.commit()
			l = open(t, path)
		case op == 9: // what a crash leaves is the file as it stands
			data, err := os.ReadFile(path)
			must(t, err)
			must(t, l.Close())
			path = filepath.Join(folder, fmt.Sprint(step+1, ".db"))
			must(t, os.WriteFile(path, data, 0o600))
			m.crash()
			l = open(t, path)
		case op == 10:
			for range 1 + rnd.IntN(5) {
				m.acknowledge(t, l, c, rnd)
				m.amend(t, l, c, rnd)
				m.commit()
			}
		}
		if step%10 == 0 {
			m.check(t, &l.Reader)
		}
	}
	m.check(t, &l.Reader)
	must(t, l.CloseClean())
	r, err := checkpoint.OpenReader(path, nil)
	must(t, err)
	m.check(t, r)
	if got := r.Tails(); got != 0 {
		t.Errorf("%d conversations in the journal after CloseClean", got)
	}
	must(t, r.Close())
	copied, err := checkpoint.OpenReader(checkpoint.BackupPath(path), nil)
	must(t, err)
	defer copied.Close()
	m.check(t, copied)
}
