package mapping

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// ChunkFormat marks a line of a chunk.
const ChunkFormat = "twilio2acs-message/v1"

// ChunkKey is where the chunk of the message at index is kept, if it needs one. It
// names what is carried of the message, so that an edited message has another
// chunk, while a field that nobody reads, such as a link, changes neither the key
// nor the metadata that refers to it.
func ChunkKey(c ConversationSID, index int64, source SourceDigest) string {
	sum := sha256.Sum256(source[:])
	return fmt.Sprintf("%s/%d-%d-%x.jsonl", SidecarFolder(c), index, index, sum[:4])
}

// chunkLine is m whole, on one line of JSON: as Twilio returned it, with what its
// channel says of it and its delivery receipts, where they are known.
func chunkLine(m Message) []byte {
	m.Delivery = soundJSON(m.Delivery)
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"format\":%q,\"message\":", ChunkFormat)
	b.Write(resourceJSON(m.Raw, m))
	if plainJSON(m.ChannelMetadata) != "" {
		b.WriteString(`,"channelMetadata":`)
		b.Write(resourceJSON(m.ChannelMetadata, nil))
	}
	if len(m.Receipts) > 0 {
		b.WriteString(`,"receipts":[`)
		for i, r := range m.Receipts {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(resourceJSON(r, nil))
		}
		b.WriteByte(']')
	}
	b.WriteString("}\n")
	return b.Bytes()
}
