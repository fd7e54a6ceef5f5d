package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// compare does the work. The verification is never nil.
func (o *verifyOptions) compare(ctx context.Context, s *streams, found func(migrate.Difference)) (v *migrate.Verification, skipped int64, err error) {
	v = new(migrate.Verification)
	if err := cmp.Or(o.check(), o.connect.check(o.dest)); err != nil {
		return v, 0, err
	}
	if o.quick {
		v, err = o.compareDigests(ctx, s, found)
		return v, 0, err
	}
	m, err := o.open(ctx, s)
	if err != nil {
		return v, 0, err
	}
	defer func() { err = cmp.Or(err, m.close()) }()
	known, err := o.knownLedger(m)
	if err != nil {
		return v, 0, err
	}
	defer func() { err = cmp.Or(err, known.Close()) }()
	v, err = o.compareSource(ctx, s, m, known, found)
	return v, m.src.Skipped(), err
}

// compareSource compares the threads that a ledger knows with the source.
func (o *verifyOptions) compareSource(ctx context.Context, s *streams, m *migration, known *checkpoint.Reader, found func(migrate.Difference)) (v *migrate.Verification, err error) {
	v = new(migrate.Verification)
	media, err := m.place.openExisting(ctx, o.log.logger(s))
	if err != nil {
		return v, err
	}
	defer func() { err = cmp.Or(err, media.close()) }()
	o.connect.reads, o.connect.log = true, o.log.logger(s)
	to, err := o.connect.connect(o.dest)
	if err != nil {
		return v, err
	}
	defer func() { err = cmp.Or(err, to.close()) }()
	ledger, recorder, err := o.ledger(s, known, m.binding(to.resource))
	if err != nil {
		return v, err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	read := &meter{source: m.src}
	stop := o.progress.start(s.err, messageCount(m.src), read.read.Load)
	defer stop()
	return migrate.Verify(ctx, read, to.acs, ledger, media.store, m.rules, &migrate.VerifyOptions{
		AsAll: o.as.value == asAll, Recorder: recorder, Resume: o.resume, Found: found,
		Selected: !o.source.selected.selection().IsAll(), Logger: o.log.logger(s),
	})
}

// knownLedger opens the ledger of a run, for reading: it has to be there before
// anything else is opened. Which machine it is of does not matter yet.
func (o *verifyOptions) knownLedger(m *migration) (*checkpoint.Reader, error) {
	resource, err := o.dest.knownResource()
	if err != nil {
		return nil, err
	}
	state := o.state
	state.adopt = true
	ledger, err := state.read(m.binding(resource))
	if err == nil && !ledger.Exists() {
		return nil, o.state.nothing()
	}
	return ledger, err
}

// closer is a ledger, to be read.
type closer interface {
	migrate.VerifyLedger
	Close() error
}

// ledger opens the ledger anew for what is to be noted in it. A verification is
// right on any machine, and with a ledger that nobody may write to; there it
// notes nothing.
func (o *verifyOptions) ledger(s *streams, known *checkpoint.Reader, b mapping.Binding) (closer, migrate.VerifyRecorder, error) {
	here := b.Machine
	b.Machine = known.Binding().Machine
	if err := o.state.admit(known, b); err != nil {
		return nil, nil, err
	}
	if b.Machine != here {
		return o.unnoted(s, known, "the ledger was written on another machine")
	}
	if err := known.Close(); err != nil {
		return nil, nil, err
	}
	ledger, err := o.state.open(b)
	if errors.Is(err, fs.ErrPermission) {
		reader, err := o.state.readExisting()
		if err != nil {
			return nil, nil, err
		}
		return o.unnoted(s, reader, "the ledger cannot be written to")
	}
	return ledger, ledger, err
}

// unnoted is a ledger in which nothing is noted, which is told.
func (o *verifyOptions) unnoted(s *streams, ledger *checkpoint.Reader, why string) (closer, migrate.VerifyRecorder, error) {
	if o.resume {
		return nil, nil, withHint(errors.New("--resume needs to note what it finds, but "+why), "leave out --resume")
	}
	o.log.logger(s).Warn("nothing is noted, so that --resume and --quick will not know of this verification", "reason", why)
	return ledger, nil, nil
}

// compareDigests is a quick verification.
func (o *verifyOptions) compareDigests(ctx context.Context, s *streams, found func(migrate.Difference)) (v *migrate.Verification, err error) {
	v = new(migrate.Verification)
	r, err := openReading(s, o.state, o.dest, o.connect, o.log)
	if err != nil {
		return v, err
	}
	defer func() { err = cmp.Or(err, r.close()) }()
	return migrate.VerifyQuick(ctx, r.to.acs, r.ledger, &migrate.QuickOptions{Found: found, Only: chosen(o.source.selected.conversations)})
}

// chosen reports of a conversation whether it is among those named; nil, for all, when
// none is.
func chosen(conversations []string) func(mapping.ConversationSID) bool {
	if len(conversations) == 0 {
		return nil
	}
	return func(c mapping.ConversationSID) bool { return slices.Contains(conversations, string(c)) }
}
