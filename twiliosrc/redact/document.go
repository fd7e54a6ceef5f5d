package redact

import (
	"fmt"
	"io"
	"strings"
)

// pages is the least that makes a PDF: one page with nothing on it.
var pages = []string{
	"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
	"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
	"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n",
}

// document is a PDF of one empty page, filled up with blank lines before its
// objects. A file that was smaller than that is nothing but its size.
func document(out *sink, in *source) error {
	size, digest, err := in.rest()
	if err != nil {
		return err
	}
	head := fmt.Sprintf("%%PDF-1.4\n%%%x\n", digest[:8])
	room := size - int64(len(head)+len(body(0)))
	if room < 0 {
		return out.fill(size, digest)
	}
	if _, err := io.WriteString(out, head); err != nil {
		return err
	}
	if _, err := io.CopyN(out, blankLines{}, room); err != nil {
		return err
	}
	_, err = io.WriteString(out, body(int64(len(head))+room))
	return err
}

// body is everything from the first object on, which stands at offset. It is
// equally long wherever that is.
func body(offset int64) string {
	var objects, table strings.Builder
	for _, object := range pages {
		fmt.Fprintf(&table, "%010d 00000 n \n", offset+int64(objects.Len()))
		objects.WriteString(object)
	}
	return fmt.Sprintf("%sxref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%010d\n%%%%EOF\n",
		objects.String(), len(pages)+1, table.String(), len(pages)+1, offset+int64(objects.Len()))
}

// blankLines is an endless file of them.
type blankLines struct{}

func (blankLines) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '\n'
	}
	return len(p), nil
}
