package redact

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	// pieceSize is how much of a text is looked at in one go, in bytes: at least
	// what mapping reads of a file that becomes a message.
	pieceSize = mapping.MaxMediaText
	// maxJSON bounds the JSON that is rewritten as such, in bytes. Twilio's own
	// payloads have a few KB. Larger ones are mere text.
	maxJSON = 4 << 20
)

// byteOrderMark may begin a text.
const byteOrderMark = "\uFEFF"

// textFile replaces the words of a text of any length.
func (w *rewriter) textFile(out io.Writer, src io.Reader) error {
	return w.pieces(out, src, '\n', w.text)
}

// markup replaces the text of an HTML document of any length.
func (w *rewriter) markup(out io.Writer, src io.Reader) error {
	return w.pieces(out, src, '>', w.html)
}

// jsonFile replaces the text in a JSON document.
func (w *rewriter) jsonFile(out io.Writer, src io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(src, maxJSON+1))
	if err != nil {
		return err
	}
	if len(text) > maxJSON {
		return w.textFile(out, io.MultiReader(bytes.NewReader(text), src))
	}
	return w.piece(out, text, func(document string) string {
		document, marked := strings.CutPrefix(document, byteOrderMark)
		if document = w.attributes(document); marked {
			return byteOrderMark + document
		}
		return document
	})
}

// pieces replaces src piece by piece. A piece ends after the byte end, if there
// is one, and is filled up with spaces where replace makes it shorter.
func (w *rewriter) pieces(out io.Writer, src io.Reader, end byte, replace func(string) string) error {
	in := bufio.NewReaderSize(src, pieceSize)
	for {
		piece, err := in.Peek(pieceSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(piece) == 0 {
			return nil
		}
		if err == nil {
			piece = piece[:lastCut(piece, end)]
		}
		if err := w.piece(out, piece, replace); err != nil {
			return err
		}
		if _, err := in.Discard(len(piece)); err != nil {
			return err
		}
	}
}

func (w *rewriter) piece(out io.Writer, piece []byte, replace func(string) string) error {
	var text []byte
	if utf8.Valid(piece) {
		text = []byte(replace(string(piece)))
	} else {
		text = w.narrow(replace(widen(piece)))
	}
	if _, err := out.Write(text); err != nil {
		return err
	}
	_, err := out.Write(bytes.Repeat([]byte{' '}, len(piece)-len(text)))
	return err
}

// lastCut is where a piece is best cut: after end, else after a space, else
// between two characters.
func lastCut(piece []byte, end byte) int {
	if i := bytes.LastIndexByte(piece, end); i >= 0 {
		return i + 1
	}
	if i := bytes.LastIndexByte(piece, ' '); i >= 0 {
		return i + 1
	}
	for i := len(piece) - 1; i > len(piece)-utf8.UTFMax; i-- {
		if utf8.RuneStart(piece[i]) {
			return i
		}
	}
	return len(piece)
}

// Bytes that are no UTF-8 are of an older encoding. While a text is rewritten,
// each that is not ASCII stands in it as a character that nothing replaces.
const (
	wideFirst = 0xE000 // private use
	// narrowFirst and narrowSize are the bytes that such bytes become: no letters
	// in the Western encodings, never UTF-8 on their own, no white space.
	narrowFirst = 0xA1
	narrowSize  = 0x1F
	// noBreak is a space in the Western encodings.
	noBreak = 0xA0
)

func widen(text []byte) string {
	var b strings.Builder
	for _, c := range text {
		if c < utf8.RuneSelf {
			b.WriteByte(c)
		} else {
			b.WriteRune(wideFirst + rune(c))
		}
	}
	return b.String()
}

// narrow undoes widen with other bytes.
func (w *rewriter) narrow(text string) []byte {
	runes := []rune(text)
	values, sizes := make([]int32, len(runes)), make([]int32, len(runes))
	for i := range sizes {
		sizes[i] = narrowSize
	}
	w.shift(values, sizes, w.digest(forBytes, 0, fingerprint{}, runes), false)
	narrowed := make([]byte, 0, len(text))
	for i, r := range runes {
		switch {
		case r == wideFirst+noBreak:
			narrowed = append(narrowed, noBreak)
		case r > wideFirst && r <= wideFirst+0xFF:
			narrowed = append(narrowed, byte(narrowFirst+values[i]))
		default:
			narrowed = utf8.AppendRune(narrowed, r)
		}
	}
	return narrowed
}
