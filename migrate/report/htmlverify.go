package report

import "io"

// WriteHTML writes the verification as one HTML file that needs nothing but itself.
func (p *VerifyPage) WriteHTML(w io.Writer) error {
	page := newHTMLPage(w)
	if err := page.head("Verification: " + p.Headline()); err != nil {
		return err
	}
	if err := page.fill("verify.tmpl", p); err != nil {
		return err
	}
	return page.end()
}
