package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed assets
var assets embed.FS

// pages are the parts of the HTML reports that html/template fills in.
var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"comma": comma, "bytes": bytesOf, "shortly": shortly, "percent": percentOf, "date": dateOf,
}).ParseFS(assets, "assets/*.tmpl"))

// htmlPage writes one HTML file that needs nothing but itself: its policy forbids
// every request, and every script and style but its own two, which it names by
// their hashes. Texts of people get into it in two ways only, html/template and JSON.
type htmlPage struct{ w *bufio.Writer }

// newHTMLPage begins a page.
func newHTMLPage(w io.Writer) *htmlPage { return &htmlPage{bufio.NewWriter(w)} }

// asset is a file that is part of the program, with the line ends that a browser
// hashes whatever they are in the file.
func asset(name string) string {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// hashOf is how a policy names a script or style (w3.org/TR/CSP3).
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// head writes everything up to the content.
func (p *htmlPage) head(title string) error {
	style := asset("page.css")
	_, err := fmt.Fprintf(p.w, `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src %s; script-src %s; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>%s</title>
<style>%s</style>
</head>
<body>
`, hashOf(style), hashOf(asset("page.js")), template.HTMLEscapeString(title), style)
	return err
}

// fill writes one of the templates.
func (p *htmlPage) fill(name string, view any) error {
	if err := pages.ExecuteTemplate(p.w, name, view); err != nil {
		return fmt.Errorf("fill %s: %w", name, err)
	}
	return nil
}

// data writes a list for the script to read, an element a line: JSON, in which
// encoding/json escapes all that could end the element around it.
func (p *htmlPage) data(id string, each func(add func(any) error) error) error {
	fmt.Fprintf(p.w, `<script type="application/json" id="%s">[`, id)
	between := "\n"
	err := each(func(v any) error {
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("encode %s: %w", id, err)
		}
		fmt.Fprintf(p.w, "%s%s", between, text)
		between = ",\n"
		return nil
	})
	fmt.Fprint(p.w, "\n]</script>\n")
	return err
}

// end writes the rest, the script last: what it works on is there then.
func (p *htmlPage) end() error {
	fmt.Fprintf(p.w, "<script>%s</script>\n</body>\n</html>\n", asset("page.js"))
	return p.w.Flush() // and the error of any write before it
}
