package checkpoint_test

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

var binding = mapping.Binding{
	Account: "AC00000000000000000000000000000001", Region: "us1",
	Resource: "contoso.communication.azure.com", Media: "local:/srv/media", Rules: "r1", Machine: "m1",
}

var now = time.Date(2025, 11, 21, 9, 0, 0, 0, time.UTC)

func open(t testing.TB, path string) *checkpoint.Ledger {
	t.Helper()
	l, err := checkpoint.Open(path, binding, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// sid makes a SID whose digits are spread like real ones.
func sid(prefix string, n int) string {
	var digits [16]byte
	binary.BigEndian.PutUint64(digits[:], uint64(n+1)*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint64(digits[8:], uint64(n))
	return prefix + hex.EncodeToString(digits[:])
}

func conversation(n int) mapping.ConversationSID { return mapping.ConversationSID(sid("CH", n)) }

// message makes the record of a usual message.
func message(n int, index int64) mapping.MessageRecord {
	m := mapping.MessageRecord{
		Index: index,
		SID:   mapping.MessageSID(sid("IM", n<<32|int(index))),
		IDs:   []mapping.ChatMessageID{mapping.ChatMessageID(fmt.Sprint(1763715600000 + 2137*index))},
	}
	binary.BigEndian.PutUint64(m.Source[:], uint64(index)*0x9e3779b97f4a7c15)
	m.Source[15] = byte(n)
	return m
}

func collect[T any](t testing.TB, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for item, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, item)
	}
	return all
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestItems(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	people := []mapping.PersonRecord{
		{Key: mapping.Keeper, BegunAt: now},
		{Key: mapping.PersonKey{Kind: mapping.PersonUser, Service: "IS1", Name: "ann"}, ID: "8:acs:ann", DisplayName: "Ann", BegunAt: now},
		{Key: mapping.PersonKey{Kind: mapping.PersonUser, Service: "IS2", Name: "ann"}, ID: "8:acs:other", Unused: 2, BegunAt: now},
	}
	thread := mapping.ThreadRecord{
		Conversation: conversation(1), Service: "IS1", Status: mapping.StatusRunning, Since: now,
		Request: &mapping.NewChatThread{Topic: "<order> & 日本"}, Participants: 3,
		Losses: map[mapping.LossCode]int{"time": 4},
	}
	media := []mapping.MediaRecord{
		{SID: mapping.MediaSID(sid("ME", 1)), Conversation: conversation(1), Key: "k", Size: 5, SHA256: "00"},
		{SID: mapping.MediaSID(sid("ME", 2)), Conversation: conversation(1), Missing: "gone"},
		{SID: "ME-of-another-shape", Conversation: conversation(2), Size: 1},
	}
	for _, p := range people {
		must(t, l.RecordPerson(p))
	}
	must(t, l.RecordThread(thread))
	thread.Thread, thread.Status = "19:x@thread.v2", mapping.StatusDone
	must(t, l.RecordThread(thread))
	for _, m := range media {
		must(t, l.RecordMedia(m))
	}
	check := func(l *checkpoint.Ledger) {
		t.Helper()
		for _, want := range people {
			got, found, err := l.Person(want.Key)
			if diff := cmp.Diff(got, want); diff != "" || !found || err != nil {
				t.Errorf("Person(%v) = %v, %v; -got +want:\n%s", want.Key, found, err, diff)
			}
		}
		if diff := cmp.Diff(collect(t, l.Persons()), people); diff != "" {
			t.Errorf("Persons() -got +want:\n%s", diff)
		}
		if diff := cmp.Diff(collect(t, l.Threads()), []mapping.ThreadRecord{thread}); diff != "" {
			t.Errorf("Threads() -got +want:\n%s", diff)
		}
		got, found, err := l.Thread(thread.Conversation)
		if diff := cmp.Diff(got, thread); diff != "" || !found || err != nil {
			t.Errorf("Thread = %v, %v; -got +want:\n%s", found, err, diff)
		}
		if diff := cmp.Diff(collect(t, l.MediaOf(conversation(1))), media[:2]); diff != "" {
			t.Errorf("MediaOf() -got +want:\n%s", diff)
		}
		file, found, err := l.Media(conversation(2), media[2].SID)
		if file != media[2] || !found || err != nil {
			t.Errorf("Media = %v, %v, %v; want %v", file, found, err, media[2])
		}
		if _, found, err := l.Media(conversation(2), media[0].SID); found || err != nil {
			t.Errorf("Media of another conversation: found %v, %v", found, err)
		}
		want := mapping.Counts{Users: 2, Unused: 2, Conversations: 1, Participants: 3, Media: 2, MediaMissing: 1}
		if got, err := l.Counts(); got != want || err != nil {
			t.Errorf("Counts() = %+v, %v; want %+v", got, err, want)
		}
	}
	check(l)
	must(t, l.Close())
	check(open(t, path))
}

func TestCountsFollowReplacedItems(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	person := mapping.PersonRecord{Key: mapping.Keeper, ID: "8:acs:k", Unused: 3}
	thread := mapping.ThreadRecord{Conversation: conversation(1), Thread: "19:x", Participants: 9}
	media := mapping.MediaRecord{Conversation: conversation(1), SID: "ME1", Missing: "gone"}
	must(t, errors.Join(l.RecordPerson(person), l.RecordThread(thread), l.RecordMedia(media)))
	person.Unused, thread.Participants, media.Missing = 1, 10, ""
	must(t, errors.Join(l.RecordPerson(person), l.RecordThread(thread), l.RecordMedia(media)))
	want := mapping.Counts{Users: 1, Unused: 1, Conversations: 1, Participants: 10, Media: 1}
	if got, err := l.Counts(); got != want || err != nil {
		t.Errorf("Counts() = %+v, %v; want %+v", got, err, want)
	}
	must(t, l.Check())
}

func TestPeopleWithDifficultNames(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	long := string(make([]byte, 100_000))
	keys := []mapping.PersonKey{
		{Kind: "user", Service: "IS1", Name: ""},
		{Kind: "user", Service: "IS1", Name: "\x00x"},
		{Kind: "user", Service: "IS1\x00", Name: "x"},
		{Kind: "user", Service: "", Name: "IS1\x00x"},
		{Kind: "user", Service: "IS1", Name: long},
		{Kind: "user", Service: "IS1", Name: long + "x"},
		{Kind: "former", Service: "IS1", Name: long},
	}
	for i, key := range keys {
		must(t, l.RecordPerson(mapping.PersonRecord{Key: key, Unused: i}))
	}
	for i, key := range keys {
		got, found, err := l.Person(key)
		if got.Key != key || got.Unused != i || !found || err != nil {
			t.Errorf("person %d is %.40v, %v, %v", i, got, found, err)
		}
	}
}

func TestRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	if _, found, err := l.LastRun(); found || err != nil {
		t.Errorf("LastRun of a new ledger: found %v, %v", found, err)
	}
	if err := l.Beat(now, false, 0); err == nil {
		t.Error("Beat before BeginRun: no error")
	}
	first, err := l.BeginRun(now)
	must(t, err)
	if want := (mapping.RunRecord{Number: 1, Started: now, Beat: now}); first != want {
		t.Errorf("BeginRun = %+v, want %+v", first, want)
	}
	must(t, l.RecordPerson(mapping.PersonRecord{Key: mapping.Keeper, ID: "8:acs:k"}))
	must(t, l.Acknowledge(conversation(1), message(1, 0)))
	must(t, l.Beat(now.Add(time.Minute), false, 0))
	must(t, l.Close())

	l = open(t, path)
	second, err := l.BeginRun(now.Add(time.Hour))
	must(t, err)
	want := mapping.RunRecord{
		Number: 2, Started: now.Add(time.Hour), Beat: now.Add(time.Hour),
		Before: mapping.Counts{Users: 1, Messages: 1},
	}
	if second != want {
		t.Errorf("BeginRun = %+v, want %+v", second, want)
	}
	want.Ended, want.Beat, want.Exit = now.Add(2*time.Hour), now.Add(2*time.Hour), 3
	must(t, l.Beat(want.Ended, true, 3))
	must(t, l.Beat(now.Add(3*time.Hour), false, 0))
	if got, found, err := l.LastRun(); got != want || !found || err != nil {
		t.Errorf("LastRun() = %+v, %v, %v; want %+v", got, found, err, want)
	}
}

func TestClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	must(t, l.Acknowledge(conversation(1), message(1, 7)))
	must(t, l.Close())
	must(t, l.Close())
	must(t, l.CloseClean())
	if err := l.Acknowledge(conversation(1), message(1, 8)); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Acknowledge after Close: %v", err)
	}
	if err := l.Flush(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Flush after Close: %v", err)
	}
	if got, err := open(t, path).Progress(conversation(1)); got.LastIndex != 7 || err != nil {
		t.Errorf("Progress = %+v, %v", got, err)
	}
}

// Everything at once, for the race detector; and nothing may be lost.
func TestConcurrentUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	_, err := l.BeginRun(now)
	must(t, err)
	const conversations, messages = 40, 300
	var g sync.WaitGroup
	for n := range conversations {
		g.Go(func() {
			for i := range int64(messages) {
				if err := useOnce(l, n, i); err != nil {
					t.Errorf("conversation %d, message %d: %v", n, i, err)
					return
				}
			}
		})
	}
	g.Go(func() {
		for range 5 {
			err := errors.Join(l.Sweep(), l.Beat(now, false, 0), l.Copy(t.Context(), path+".copy"), l.Check())
			for _, listErr := range l.Threads() {
				err = errors.Join(err, listErr)
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	g.Wait()
	for range 2 {
		for n := range conversations {
			got := collect(t, l.Messages(conversation(n)))
			if len(got) != messages {
				t.Errorf("conversation %d has %d messages, want %d", n, len(got), messages)
			}
		}
		if got, err := l.Counts(); got.Messages != conversations*messages || got.Conversations != conversations || err != nil {
			t.Errorf("Counts() = %+v, %v", got, err)
		}
		must(t, l.Close())
		l = open(t, path)
	}
}

// useOnce acknowledges message i of conversation n, and now and then does
// something else.
func useOnce(l *checkpoint.Ledger, n int, i int64) error {
	c := conversation(n)
	if err := l.Acknowledge(c, message(n, i)); err != nil {
		return err
	}
	switch (int(i) + n) % 100 {
	case 10:
		return l.RecordThread(mapping.ThreadRecord{Conversation: c, Thread: "19:x", Participants: int(i)})
	case 30:
		return l.Fold(c)
	case 50:
		return l.Flush()
	case 70:
		return l.RecordMedia(mapping.MediaRecord{Conversation: c, SID: mapping.MediaSID(fmt.Sprint(i))})
	case 90:
		seen := int64(0)
		for _, err := range l.Messages(c) {
			if err != nil {
				return err
			}
			seen++
		}
		if seen != i+1 {
			return fmt.Errorf("%d messages seen", seen)
		}
	}
	return nil
}

// Conversations are listed like their threads, and found by the beginning of their SIDs,
// whatever form these have.
func TestThreadsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	all := []mapping.ConversationSID{conversation(1), conversation(2), conversation(3), "CHodd", "CHABCD", "other", "CH"}
	for _, c := range all {
		if err := l.RecordThread(mapping.ThreadRecord{Conversation: c}); err != nil {
			t.Fatal(err)
		}
	}
	var listed []mapping.ConversationSID
	for _, rec := range collect(t, l.Threads()) {
		listed = append(listed, rec.Conversation)
	}
	if d := cmp.Diff(collect(t, l.Conversations()), listed); d != "" || len(listed) != len(all) {
		t.Errorf("Conversations() differ from the %d of Threads() (-got +want):\n%s", len(listed), d)
	}
	begins := []string{"", "C", "x", "CHo", "CHA", "CHAB", "oth", "CH" + strings.Repeat("0", 40)}
	for n := range len(conversation(1)) {
		begins = append(begins, string(conversation(1))[:n+1], string(conversation(2))[:n+1])
	}
	for _, begin := range begins {
		want := map[mapping.ConversationSID]bool{}
		for _, c := range all {
			if strings.HasPrefix(string(c), begin) {
				want[c] = true
			}
		}
		got := map[mapping.ConversationSID]bool{}
		for _, rec := range collect(t, l.ThreadsNamed(begin)) {
			got[rec.Conversation] = true
		}
		if d := cmp.Diff(got, want); d != "" {
			t.Errorf("ThreadsNamed(%q) (-got +want):\n%s", begin, d)
		}
	}
}

// People are listed by kind, whatever their names are like.
func TestPersonsOf(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	long := strings.Repeat("long ", 1000)
	all := []mapping.PersonKey{
		{Kind: mapping.PersonUser, Service: "IS1", Name: "ann"}, {Kind: mapping.PersonUser, Service: "IS2", Name: "ben"},
		{Kind: mapping.PersonUser, Service: "IS1", Name: long}, {Kind: mapping.PersonPlaceholder, Service: "IS1", Name: long},
		{Kind: mapping.PersonPlaceholder, Service: "IS1", Name: "+1555"}, mapping.Keeper,
	}
	for _, k := range all {
		if err := l.RecordPerson(mapping.PersonRecord{Key: k}); err != nil {
			t.Fatal(err)
		}
	}
	for kind, want := range map[mapping.PersonKind]int{
		mapping.PersonUser: 3, mapping.PersonPlaceholder: 2, mapping.PersonKeeper: 1, mapping.PersonFormer: 0,
	} {
		got := collect(t, l.PersonsOf(kind))
		if len(got) != want {
			t.Errorf("%d of kind %s, want %d", len(got), kind, want)
		}
		for _, p := range got {
			if p.Key.Kind != kind {
				t.Errorf("%+v among those of kind %s", p.Key, kind)
			}
		}
	}
}
