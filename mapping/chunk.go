package mapping

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// ChunkFormat marks a line of a chunk.
const ChunkFormat = "twilio2acs-message/v1"

// chunk keeps one message whole, beside conversation.json. Its key names its
// content, so that a chunk never changes once it is written.
type chunk struct {
	line []byte // JSON, ending in a newline
	key  string
}

func newChunk(c ConversationSID, m Message) chunk {
	m.Delivery = soundJSON(m.Delivery)
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"format\":%q,\"message\":", ChunkFormat)
	b.Write(resourceJSON(m.Raw, m))
	b.WriteString("}\n")
	sum := sha256.Sum256(b.Bytes())
	key := fmt.Sprintf("%s/%s/%d-%d-%x.jsonl", keyElement(string(c)), sidecarFolder, m.Index, m.Index, sum[:4])
	return chunk{line: b.Bytes(), key: key}
}
