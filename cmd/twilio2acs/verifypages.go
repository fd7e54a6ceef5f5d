package main

import (
	"time"

	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// page is what a verification came to, for its renderers.
func (o *verifyOptions) page(v *migrate.Verification, r *result) *report.VerifyPage {
	p := &report.VerifyPage{
		Verification: v, Source: o.source.source, Destination: o.dest.dest, MadeAt: time.Now(), Quick: o.quick, Next: r.next,
	}
	if o.quick {
		p.Source = ""
	}
	if r.err != nil && !silent(r.err) {
		p.Failure = r.err.Error()
	}
	return p
}

// worse is the error that a command ends with when its result could not be written
// either: an exit code alone gives way.
func worse(err, writing error) error {
	if writing != nil && (err == nil || silent(err)) {
		return writing
	}
	return err
}
