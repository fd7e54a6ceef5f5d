package emulator

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// A userID names a communication user: "8:acs:<resource>_<user>", both GUIDs.
type userID string

// A threadID names a thread as the service writes it: "19:…@thread.v2".
type threadID string

// A threadNum is a thread's place in the order of creation. Keys of the state
// start with it rather than with the ID, which is long and random.
type threadNum uint64

// millis is a moment as Unix milliseconds. The ID of a message is the moment of
// its arrival, its version the moment of its last change.
type millis int64

const userPrefix = "8:acs:"

func now() millis { return millis(time.Now().UnixMilli()) }

func (m millis) String() string { return strconv.FormatInt(int64(m), 10) }

// seconds is m as the service prints times: UTC, cut to whole seconds.
func (m millis) seconds() string {
	return time.UnixMilli(int64(m)).UTC().Format(time.RFC3339)
}

func newUserID(resource string) userID {
	return userID(userPrefix + resource + "_" + uuid.NewString())
}

// resource is the resource that u belongs to; false when u is malformed.
func (u userID) resource() (string, bool) {
	rest, ok := strings.CutPrefix(string(u), userPrefix)
	if !ok {
		return "", false
	}
	resource, user, ok := strings.Cut(rest, "_")
	return resource, ok && isGUID(resource) && isGUID(user)
}

func isGUID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

// valid reports whether id has the form of a thread ID.
func (id threadID) valid() bool {
	rest, ok := strings.CutPrefix(string(id), "19:")
	if !ok {
		return false
	}
	name, ok := strings.CutSuffix(rest, "@thread.v2")
	if !ok || name == "" || len(name) > 128 {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool { return !isThreadRune(r) }) < 0
}

func isThreadRune(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_':
		return true
	}
	return false
}

// parseMessageID reads a message ID, which is decimal digits and nothing else,
// or refuses.
func parseMessageID(s string) (millis, error) {
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil || n == 0 || s[0] == '0' {
		return 0, badRequest(fmt.Sprintf("Value for MessageId (%s) is not valid.", s))
	}
	return millis(n), nil
}

// key is n as a key, which sorts as n does.
func (n threadNum) key() []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

func (n threadNum) keyAt(m millis) []byte {
	return binary.BigEndian.AppendUint64(n.key(), uint64(m))
}

func (n threadNum) keyOf(u userID) []byte { return append(n.key(), u...) }

func activityKey(m millis, n threadNum) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(m)), n.key()...)
}

func membershipKey(u userID, n threadNum) []byte {
	return binary.BigEndian.AppendUint64([]byte(u), uint64(n))
}

// lastUint64 reads the number that ends a key.
func lastUint64(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(key)-8:]) }
