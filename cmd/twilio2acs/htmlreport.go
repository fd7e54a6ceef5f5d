package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// pageOptions say where a result is written for people beside the terminal.
type pageOptions struct {
	html     string
	markdown string
}

func (o *pageOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.html, "html", "", "write the result to this `file`, as a page for a browser that needs nothing but itself")
	f.StringVar(&o.markdown, "markdown", "", "write the result to this `file`, as Markdown that fits into a comment on a pull request")
}

// check refuses what cannot be meant.
func (o *pageOptions) check() error {
	if o.html != "" && o.html == o.markdown {
		return usagef("name two files", "--html and --markdown name the same file %s", o.html)
	}
	return nil
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

// planPages are the files for people that a plan writes.
type planPages struct {
	*pageFiles
	sampler *report.Sampler // nil without --html
}

func (o *pageOptions) beginPlan() (*planPages, error) {
	files, err := o.begin()
	if err != nil {
		return nil, err
	}
	p := &planPages{pageFiles: files}
	if files.html != nil {
		p.sampler = new(report.Sampler)
	}
	return p, nil
}

// listeners take the samples that the page shows.
func (p *planPages) listeners() []planListener {
	if p.sampler == nil {
		return nil
	}
	return []planListener{p.sampler}
}

// finish writes the files of a plan that is complete.
func (p *planPages) finish(ctx context.Context, o *planOptions, m *migration, d *drawn) error {
	doc := &report.PlanPage{Plan: d.plan, Source: o.source.source, Destination: o.dest.dest, MadeAt: time.Now(), Next: o.run}
	for _, code := range d.unaccepted {
		doc.Unaccepted = append(doc.Unaccepted, mapping.LossCode(code))
	}
	if err := o.status(d.plan); err != nil && !silent(err) {
		doc.Refusal = err.Error()
	}
	if p.sampler != nil {
		doc.Previews = p.sampler.Finish()
		if err := doc.Previews.AddThumbnails(ctx, m.src.OpenMedia); err != nil {
			return err
		}
	}
	return p.write(doc)
}
