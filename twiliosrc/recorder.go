package twiliosrc

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Source is what can be recorded: a Client or a Snapshot.
type Source interface {
	accountSource
	conversationSource
	messageSource
}

// accountSource reads what concerns all conversations.
type accountSource interface {
	Account() (mapping.AccountSID, string)
	// Redacted reports whether what people supplied has been replaced already.
	Redacted() bool
	DefaultService(context.Context) (mapping.ServiceSID, error)
	Services(context.Context) iter.Seq2[mapping.Service, error]
	Configurations(context.Context) iter.Seq2[json.RawMessage, error]
	AddressConfigurations(context.Context) iter.Seq2[json.RawMessage, error]
	Roles(context.Context) iter.Seq2[mapping.Role, error]
	Users(context.Context) iter.Seq2[mapping.User, error]
}

// conversationSource reads conversations and what they hold.
type conversationSource interface {
	Conversations(context.Context) iter.Seq2[mapping.Conversation, error]
	Participants(context.Context, mapping.Conversation) iter.Seq2[mapping.Participant, error]
	Messages(ctx context.Context, c mapping.Conversation, after int64) iter.Seq2[mapping.Message, error]
	Webhooks(context.Context, mapping.Conversation) iter.Seq2[json.RawMessage, error]
}

// messageSource reads what belongs to a message.
type messageSource interface {
	Receipts(context.Context, mapping.Conversation, mapping.Message) iter.Seq2[json.RawMessage, error]
	ChannelMetadata(context.Context, mapping.Conversation, mapping.Message) (json.RawMessage, error)
	FetchMedia(context.Context, mapping.Conversation, mapping.Media) (json.RawMessage, error)
	OpenMedia(context.Context, mapping.Conversation, mapping.Media) (io.ReadCloser, error)
}

// A Redactor makes what is recorded unrecognisable: the same text under the same
// key always in the same way. It is used by several goroutines at once. That of
// twiliosrc/redact is one.
type Redactor interface {
	// Resource replaces what people supplied in a resource of whatever kind.
	Resource(json.RawMessage) (json.RawMessage, error)
	// Media writes what stands for the file in src to dst, and returns its size.
	Media(dst io.Writer, src io.Reader, contentType string) (int64, error)
	// Sync makes what the redactor knows of all it has seen last.
	Sync() error
	// Scan looks through a finished snapshot for what should not be in it. An
	// error keeps the snapshot from being published.
	Scan(ctx context.Context, dir string, except ...string) error
	// Destroy destroys the key, Close keeps it for a later attempt. Close does
	// nothing after Destroy.
	Destroy() error
	Close() error
}

// RecordOptions tune a recording. The zero value is a sound default, except
// that it redacts nothing.
type RecordOptions struct {
	// OpenRedactor opens the Redactor of an unfinished recording, whose key is
	// in dir. Nil: everything is recorded as it is.
	OpenRedactor func(dir string) (Redactor, error)
	// Receipts records delivery receipts too: a request for each message that
	// was sent over a channel.
	Receipts bool
	// NoMedia leaves the bytes of files out.
	NoMedia bool
	// Scope says in words what of the account the source shows. A recording is
	// only gone on with if it is the same.
	Scope string
	// Concurrency is how many conversations are recorded at once. 0 means 16.
	Concurrency int
	// OnConversation is told of each conversation that is recorded, and of how
	// many messages it holds, by several goroutines.
	OnConversation func(c mapping.ConversationSID, messages int64)
}

const defaultRecorders = 16

// Recorded is what a recording has come to.
type Recorded struct {
	Manifest Manifest
	// Resumed is how many conversations an earlier attempt had recorded.
	Resumed int64
	// GoneConversations and GoneMessages were deleted while they were recorded,
	// and are not in the snapshot.
	GoneConversations, GoneMessages int64
	// MissingMedia are files that messages name but Twilio no longer has.
	MissingMedia int64
	// Damaged counts items that could not be read and are not in the snapshot;
	// Damage tells of the first of them.
	Damaged int64
	Damage  []*mapping.DamagedError
}

// Recorder writes snapshots.
type Recorder struct {
	src  Source
	opts RecordOptions
}

// NewRecorder makes a Recorder of what src shows.
func NewRecorder(src Source, opts *RecordOptions) *Recorder {
	return &Recorder{src: src, opts: *cmp.Or(opts, &RecordOptions{})}
}

// Record writes a snapshot into the directory dir, which must not exist. Until
// everything is there the work stands in a directory beside it, dir with the
// ending ".unfinished"; called again, Record goes on from there. A conversation
// is recorded as a whole or not at all, and what an earlier attempt recorded of
// one is kept as it was then, unless the conversation itself has changed.
func (r *Recorder) Record(ctx context.Context, dir string) (Recorded, error) {
	account, region := r.src.Account()
	w, err := openWorkshop(dir, binding{
		Format: workFormat, Account: account, Region: region,
		Redacted: r.opts.OpenRedactor != nil, Receipts: r.opts.Receipts, NoMedia: r.opts.NoMedia, Scope: r.opts.Scope,
	})
	if err != nil {
		return Recorded{}, err
	}
	run := &recording{src: r.src, opts: r.opts, shop: w}
	done, err := r.redacted(ctx, run, dir)
	return done, errors.Join(err, w.close())
}

// redacted runs a recording, with a redactor if one is asked for.
func (r *Recorder) redacted(ctx context.Context, run *recording, dir string) (Recorded, error) {
	if r.opts.OpenRedactor == nil {
		return run.run(ctx, dir)
	}
	var err error
	if run.redactor, err = r.opts.OpenRedactor(run.shop.dir); err != nil {
		return Recorded{}, fmt.Errorf("redact: %w", err)
	}
	done, err := run.run(ctx, dir)
	return done, errors.Join(err, run.redactor.Close())
}

// recording is a recording in progress.
type recording struct {
	src      Source
	opts     RecordOptions
	shop     *workshop
	redactor Redactor // nil: nothing is redacted

	tally                      recordTally // of the list of conversations
	resumed, goneConversations atomic.Int64
}

func (r *recording) run(ctx context.Context, dir string) (Recorded, error) {
	if !r.shop.isFinished() {
		if err := r.record(ctx); err != nil {
			return Recorded{}, err
		}
	}
	if r.redactor != nil {
		if err := r.redactor.Destroy(); err != nil {
			return Recorded{}, err
		}
	}
	m, tally, err := r.shop.publish(dir)
	return Recorded{
		Manifest: m, Resumed: r.resumed.Load(), GoneConversations: r.goneConversations.Load(),
		GoneMessages: tally.GoneMessages, MissingMedia: tally.MissingMedia,
		Damaged: tally.Damaged, Damage: tally.damage(),
	}, err
}

// record makes the snapshot, which is then only to be put in its place.
func (r *recording) record(ctx context.Context) error {
	service, err := r.src.DefaultService(ctx)
	if err != nil {
		return fmt.Errorf("find default service: %w", err)
	}
	if err := r.account(ctx); err != nil {
		return err
	}
	order, err := r.conversations(ctx)
	if err != nil {
		return err
	}
	tally, err := r.shop.assemble(ctx, r.manifest(service), order)
	if err != nil {
		return err
	}
	if r.redactor != nil {
		if err := r.redactor.Scan(ctx, r.shop.snapshotDir()); err != nil {
			return err
		}
	}
	tally.add(r.tally)
	return r.shop.finish(tally)
}

func (r *recording) manifest(service mapping.ServiceSID) Manifest {
	account, region := r.src.Account()
	return Manifest{
		Format: manifestFormat, Version: manifestVersion, AccountSID: account, Region: region, DefaultServiceSID: service,
		RecordedAt: mapping.Timestamp(time.Now().UTC().Format(time.RFC3339)), Redacted: r.redactor != nil || r.src.Redacted(),
		Counts: map[Kind]int64{}, Sizes: map[string]int64{}, SHA256: map[string]string{},
	}
}

// conversations records all of them, several at once, and returns those that
// there are in the order of the listing.
func (r *recording) conversations(ctx context.Context) ([]mapping.ConversationSID, error) {
	var order []mapping.ConversationSID
	var listErr error
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(cmp.Or(r.opts.Concurrency, defaultRecorders))
	for c, err := range r.src.Conversations(gctx) {
		if r.tally.takes(err) {
			continue
		}
		if listErr = err; err != nil {
			break
		}
		order = append(order, c.SID)
		g.Go(func() error { return r.conversation(gctx, c) })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if listErr != nil {
		return nil, fmt.Errorf("list conversations: %w", listErr)
	}
	return order, nil
}
