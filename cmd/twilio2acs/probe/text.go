package probe

import (
	"context"
	"fmt"
	"maps"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// What services are known to change in texts.
const (
	difficultText = "  <b>bold</b> & \"quoted\" " + emoji + " e\u0301\r\nnext line \n"
	difficultName = "Zo\u00EB <b>&"
	difficultHTML = `<p style="color:red">a <b>b</b> <a href="https://example.com" onclick="x()">c</a> <a href="javascript:x()">d</a><script>x()</script><img src="https://example.com/i.png"><table><tr><td>e</td></tr></table></p>`
)

// text finds out whether a text comes back as it was sent.
func (p *Probe) text(ctx context.Context) (Answer, error) {
	m := mapping.NewChatMessage{Content: difficultText, SenderDisplayName: difficultName, Metadata: mapping.Metadata{"k": difficultText}}
	got, refusal, err := p.sendAndRead(ctx, m, mapping.TypeText)
	surprise := func(what string, sent, came any) error {
		return &Surprise{fmt.Sprintf("the %s of a message does not come back as it was sent: %q became %q", what, sent, came), "everything written would be changed like that: look at it in your application before a migration"}
	}
	switch {
	case err != nil:
		return Answer{}, err
	case refusal != nil:
		return Answer{}, &Surprise{"a text with unusual characters is refused: " + refusal.Error(), "ask Azure Support, naming the request ID from --log-file"}
	case got.Content != m.Content:
		return Answer{}, surprise("text", m.Content, got.Content)
	case got.SenderDisplayName != m.SenderDisplayName:
		return Answer{}, surprise("display name", m.SenderDisplayName, got.SenderDisplayName)
	case !maps.Equal(got.Metadata, m.Metadata):
		return Answer{}, surprise("metadata", m.Metadata["k"], got.Metadata["k"])
	}
	return Answer{Text: "comes back as it was sent: white space, <b>, &, emoji"}, nil
}

// html finds out what is left of HTML. A migration sends none.
func (p *Probe) html(ctx context.Context) (Answer, error) {
	got, refusal, err := p.sendAndRead(ctx, mapping.NewChatMessage{Content: difficultHTML}, mapping.TypeHTML)
	if err != nil {
		return Answer{}, err
	}
	text := "sanitised to " + got.Content
	if got.Content == difficultHTML {
		text = "comes back as it was sent, scripts included"
	}
	if refusal != nil {
		text = fmt.Sprintf("refused with %d", refusal.Status)
	}
	return Answer{Text: text}, nil
}
