package mapping

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// ChunkFormat marks a line of a chunk.
const ChunkFormat = "twilio2acs-message/v1"

// chunkKey is where the chunk of m is kept. It names what is carried of the
// message, so that an edited message has another chunk, while a field that
// nobody reads, such as a link, changes neither the key nor the metadata that
// refers to it.
func chunkKey(c ConversationSID, m Message, source SourceDigest) string {
	sum := sha256.Sum256(source[:])
	return fmt.Sprintf("%s/%s/%d-%d-%x.jsonl", keyElement(string(c)), sidecarFolder, m.Index, m.Index, sum[:4])
}

// chunkLine is m whole: as Twilio returned it, on one line of JSON.
func chunkLine(m Message) []byte {
	m.Delivery = soundJSON(m.Delivery)
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"format\":%q,\"message\":", ChunkFormat)
	b.Write(resourceJSON(m.Raw, m))
	b.WriteString("}\n")
	return b.Bytes()
}
