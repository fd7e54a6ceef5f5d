package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// pageOptions say where a result is written for people beside the terminal.
type pageOptions struct {
	html     string
	markdown string
}

func (o *pageOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.html, "html", "", "write the result to this `file`, as a page for a browser that needs nothing but itself; it holds what people wrote")
	f.StringVar(&o.markdown, "markdown", "", "write the result to this `file`, as Markdown that fits into a comment on a pull request")
}

// page is a result as its renderers take it.
type page interface {
	WriteHTML(io.Writer) error
	WriteMarkdown(io.Writer) error
}

// pageFiles are the files that o names, begun before the work so that nobody
// learns at its end that they cannot be written. Nil ones are not asked for.
type pageFiles struct{ html, markdown *pendingFile }

// begin begins the files.
func (o *pageOptions) begin() (*pageFiles, error) {
	if o.html != "" && o.html == o.markdown {
		return nil, usagef("name two files", "--html and --markdown name the same file %s", o.html)
	}
	html, err := newPendingFile(o.html, "--html")
	if err != nil {
		return nil, err
	}
	markdown, err := newPendingFile(o.markdown, "--markdown")
	if err != nil {
		return nil, errors.Join(err, html.close())
	}
	return &pageFiles{html, markdown}, nil
}

// write writes p into the files and makes them appear.
func (f *pageFiles) write(p page) error {
	if f.html != nil {
		if err := p.WriteHTML(f.html); err != nil {
			return fmt.Errorf("write HTML: %w", err)
		}
	}
	if f.markdown != nil {
		if err := p.WriteMarkdown(f.markdown); err != nil {
			return fmt.Errorf("write Markdown: %w", err)
		}
	}
	return cmp.Or(f.html.commit(), f.markdown.commit())
}

// close removes what is not complete.
func (f *pageFiles) close() error { return errors.Join(f.html.close(), f.markdown.close()) }
