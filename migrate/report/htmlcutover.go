package report

import "io"

// WriteHTML writes the page as one HTML file that needs nothing but itself.
func (p *CutoverPage) WriteHTML(w io.Writer) error {
	page := newHTMLPage(w)
	if err := page.head("Cutover: " + p.Headline()); err != nil {
		return err
	}
	if err := page.fill("cutover.tmpl", p); err != nil {
		return err
	}
	return page.end()
}
