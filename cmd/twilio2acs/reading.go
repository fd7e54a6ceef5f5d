package main

import (
	"errors"

	"github.com/twilio2acs/twilio2acs/checkpoint"
)

// reading is a migration whose threads are read by its ledger alone, without its
// source.
type reading struct {
	ledger *checkpoint.Reader
	to     *destination
}

// openReading opens a ledger, which must be there, and the destination that it speaks
// of. Nothing can be written to either.
func openReading(s *streams, state stateOptions, dest destinationOptions, connect connectOptions, log logOptions) (_ *reading, err error) {
	ledger, err := state.readExisting()
	if err != nil {
		return nil, err
	}
	r := &reading{ledger: ledger}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	about := ledger.Binding()
	if about.Resource, err = dest.knownResource(); err != nil {
		return nil, err
	}
	if err := state.admit(ledger, about); err != nil { // before anything is created
		return nil, err
	}
	connect.reads, connect.log = true, log.logger(s)
	if r.to, err = connect.connect(dest); err != nil {
		return nil, err
	}
	about.Resource = r.to.resource
	return r, state.admit(ledger, about)
}

func (r *reading) close() error {
	if r.to == nil {
		return r.ledger.Close()
	}
	return errors.Join(r.to.close(), r.ledger.Close())
}
