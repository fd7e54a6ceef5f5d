package mapping

import (
	"cmp"
	"strings"
)

// unsupportedText stands where a message has nothing to show.
const unsupportedText = "[Unsupported message]"

// bodyTexts are what the files of a message say that are no attachments.
type bodyTexts struct {
	plain, html string // the same body twice, as mail programs send it
	rich        []string
	history     string
}

// take notes the text of m, the first of each kind, and reports whether it is
// shown in the message.
func (b *bodyTexts) take(m Media, text string) bool {
	switch {
	case m.isRich():
		b.rich = append(b.rich, strings.Split(text, "\n")...)
		return true
	case m.Category == CategoryHistory:
		b.history = cmp.Or(b.history, text)
		return false
	case m.isHTML():
		b.html = cmp.Or(b.html, text)
	default:
		b.plain = cmp.Or(b.plain, text)
	}
	return true
}

// text is the content of the message: subject, body, what its body files say,
// and a line for each file that metadata cannot refer to. It is never blank.
func (d *drafting) text() string {
	text := d.repaired(d.m.Body, "body")
	if text != "" && isBlank(text) {
		d.keep(LossBlankText, "body")
		text = ""
	}
	text = d.underSubject(d.withBodyFiles(text))
	if text == "" {
		text = strings.Join(d.fileNames(), "\n")
	}
	text = joinLines(text, d.notes)
	if text == "" {
		text = d.placeholder()
	}
	return text
}

// withBodyFiles adds what the body files say, unless text says it already.
func (d *drafting) withBodyFiles(text string) string {
	if d.said.plain != "" {
		text = joinTexts(text, d.said.plain)
	} else if d.said.html != "" {
		d.lose(LossHTMLAsText, "")
		text = joinTexts(text, d.said.html)
	}
	if len(d.said.rich) > 0 {
		d.lose(LossRichContent, "")
		text = joinLines(text, missingLines(text, d.said.rich))
	}
	if d.said.history == "" {
		return text
	}
	if text == "" {
		return d.said.history
	}
	d.lose(LossHistoryAttached, "")
	return text
}

// underSubject puts the subject of an e-mail above text.
func (d *drafting) underSubject(text string) string {
	subject := d.repaired(d.m.Subject, "subject")
	if isBlank(subject) {
		return text
	}
	d.lose(LossSubjectInText, "")
	if text == "" {
		return subject
	}
	return subject + "\n\n" + text
}

// fileNames are the names of the files, for a message that says nothing else.
func (d *drafting) fileNames() []string {
	names := make([]string, len(d.files))
	for i, f := range d.files {
		names[i] = f.name
	}
	return names
}

// placeholder is what a message says of which nothing else is left.
func (d *drafting) placeholder() string {
	if text, ok := attributesLocation(d.m.Attributes); ok {
		return text
	}
	if text, ok := channelText(d.m.ChannelMetadata); ok {
		return text
	}
	d.keep(LossUnsupportedMessage, "")
	return unsupportedText
}

// joinTexts is both texts, or the one that holds the other: a message's body is
// often the beginning of its body file.
func joinTexts(a, b string) string {
	switch plainA, plainB := plainText(a), plainText(b); {
	case strings.Contains(plainA, plainB):
		return a
	case strings.Contains(plainB, plainA):
		return b
	}
	return a + "\n" + b
}

// missingLines are those of lines that text does not hold.
func missingLines(text string, lines []string) []string {
	var missing []string
	text = plainText(text)
	for _, line := range lines {
		if !strings.Contains(text, plainText(line)) {
			missing = append(missing, line)
		}
	}
	return missing
}

// plainText is text without what may differ between two copies of it.
func plainText(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// joinLines is text with lines below it.
func joinLines(text string, lines []string) string {
	if len(lines) == 0 {
		return text
	}
	added := strings.Join(lines, "\n")
	if text == "" {
		return added
	}
	return text + "\n" + added
}
