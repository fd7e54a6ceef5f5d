package emulator

import "encoding/binary"

// head is the part of a thread that messages and members change, small and
// cheap to store.
type head struct {
	Sequence uint64 // last sequence ID given out
	Last     millis // last ID or version given out: the next one is later
	Received millis // arrival of the last message
	Members  uint64 // how many there are
	Joined   uint64 // how many there have ever been: orders them
	Deleted  millis // 0 unless deleted
	Expires  millis // 0 unless a retention policy ends the thread
}

func (h head) encode() []byte {
	var b []byte
	for _, n := range []uint64{h.Sequence, uint64(h.Last), uint64(h.Received), h.Members, h.Joined, uint64(h.Deleted), uint64(h.Expires)} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

func decodeHead(b []byte) head {
	at := func(i int) uint64 { return binary.BigEndian.Uint64(b[i*8:]) }
	return head{
		Sequence: at(0), Last: millis(at(1)), Received: millis(at(2)),
		Members: at(3), Joined: at(4), Deleted: millis(at(5)), Expires: millis(at(6)),
	}
}

// endedAt is when the thread was deleted or expired; 0 while it lives.
func (h head) endedAt() millis {
	if h.Deleted == 0 && h.Expires > 0 && now() >= h.Expires {
		return h.Expires
	}
	return h.Deleted
}

// openThread is a living thread within a transaction.
type openThread struct {
	num  threadNum
	head head
}

// openThread finds a thread that lives, or refuses.
func (t tx) openThread(id threadID) (*openThread, error) {
	key := t.bucket(bucketThreadNums).Get([]byte(id))
	if key == nil {
		return nil, threadNotFound()
	}
	th := &openThread{num: threadNum(binary.BigEndian.Uint64(key))}
	th.head = t.head(th.num)
	if th.head.endedAt() > 0 {
		return nil, threadNotFound()
	}
	return th, nil
}

func (t tx) head(n threadNum) head { return decodeHead(t.bucket(bucketHeads).Get(n.key())) }

func (t tx) saveHead(th *openThread) error {
	return t.bucket(bucketHeads).Put(th.num.key(), th.head.encode())
}

// receive records the arrival of a message, by which threads are listed.
func (t tx) receive(th *openThread, at millis) error {
	activity := t.bucket(bucketActivity)
	if err := activity.Delete(activityKey(th.head.Received, th.num)); err != nil {
		return err
	}
	th.head.Received = at
	return activity.Put(activityKey(at, th.num), present)
}
