package main

import (
	"context"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

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
	if len(d.unaccepted) > 0 {
		doc.Next += " --accept " + strings.Join(d.unaccepted, ",")
	}
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
