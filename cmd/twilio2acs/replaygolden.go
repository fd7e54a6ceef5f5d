package main

import (
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// goldens are the golden files that a replay is held against, or that it writes.
type goldens interface {
	// take takes over one document of the result.
	take(report.GoldenDocument) error
	// end takes over that there are no more.
	end() error
	Close() error
}

// open opens the golden files, to compare with them or to write them anew.
func (o *replayOptions) open(p *replayPrinter) (goldens, error) {
	if o.update {
		u, err := report.UpdateGolden(o.golden)
		if err != nil {
			return nil, localError(o.golden, err)
		}
		return &goldenUpdate{u, p}, nil
	}
	d, err := report.OpenGolden(o.golden)
	if err != nil {
		return nil, err
	}
	return &goldenComparison{d, p, o.log.verbose}, nil
}

// goldenComparison compares documents with golden files.
type goldenComparison struct {
	*report.GoldenDir
	p     *replayPrinter
	whole bool
}

func (c *goldenComparison) take(doc report.GoldenDocument) error {
	r, err := c.Compare(doc, c.whole)
	if err == nil {
		c.p.compared(r)
	}
	return err
}

func (c *goldenComparison) end() error {
	gone, err := c.Gone(c.whole)
	for _, r := range gone {
		c.p.compared(r)
	}
	return err
}

// goldenUpdate writes documents to golden files.
type goldenUpdate struct {
	*report.GoldenUpdate
	p *replayPrinter
}

func (u *goldenUpdate) take(doc report.GoldenDocument) error {
	if err := u.Put(doc); err != nil {
		return localError(u.p.o.golden, err)
	}
	return nil
}

func (u *goldenUpdate) end() error {
	counts, err := u.Commit()
	if err != nil {
		return localError(u.p.o.golden, err)
	}
	u.p.golden.GoldenCounts = &counts
	return nil
}
