package twiliosrc

import (
	"cmp"
	"context"
	"encoding/json"
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
// key always in the same way. It is used by several goroutines at once.
type Redactor interface {
	// Resource replaces what people supplied in a resource.
	Resource(Kind, json.RawMessage) (json.RawMessage, error)
	// Media writes a file of the same sort to w instead of the one read from r.
	Media(w io.Writer, r io.Reader, m mapping.Media) error
	// Scan looks through a finished snapshot for what should not be in it. An
	// error keeps the snapshot from being published.
	Scan(ctx context.Context, dir string) error
}

// keySize is the size of the key of a redaction, in bytes.
const keySize = 32

// RecordOptions tune a recording. The zero value is a sound default, except
// that it redacts nothing.
type RecordOptions struct {
	// NewRedactor makes the Redactor from a key of 32 random bytes, which lives
	// as long as the recording is unfinished. Nil: everything is recorded as it is.
	NewRedactor func(key []byte) (Redactor, error)
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
		Redacted: r.opts.NewRedactor != nil, Receipts: r.opts.Receipts, NoMedia: r.opts.NoMedia, Scope: r.opts.Scope,
	})
	if err != nil {
		return Recorded{}, err
	}
	if w.isFinished() {
		m, err := w.publish(dir)
		return Recorded{Manifest: m}, err
	}
	run := &recording{src: r.src, opts: r.opts, shop: w}
	if r.opts.NewRedactor != nil {
		if run.redactor, err = w.redactor(r.opts.NewRedactor); err != nil {
			return Recorded{}, err
		}
	}
	return run.run(ctx, dir)
}

// recording is a recording in progress.
type recording struct {
	src      Source
	opts     RecordOptions
	shop     *workshop
	redactor Redactor // nil: nothing is redacted

	resumed, goneConversations, goneMessages, missingMedia atomic.Int64
}

func (r *recording) run(ctx context.Context, dir string) (Recorded, error) {
	service, err := r.src.DefaultService(ctx)
	if err != nil {
		return Recorded{}, fmt.Errorf("find default service: %w", err)
	}
	if err := r.account(ctx); err != nil {
		return Recorded{}, err
	}
	order, err := r.conversations(ctx)
	if err != nil {
		return Recorded{}, err
	}
	if err := r.shop.assemble(ctx, r.manifest(service), order); err != nil {
		return Recorded{}, err
	}
	if r.redactor != nil {
		if err := r.redactor.Scan(ctx, r.shop.snapshotDir()); err != nil {
			return Recorded{}, err
		}
	}
	if err := r.shop.finish(); err != nil {
		return Recorded{}, err
	}
	m, err := r.shop.publish(dir)
	return Recorded{
		Manifest: m, Resumed: r.resumed.Load(), GoneConversations: r.goneConversations.Load(),
		GoneMessages: r.goneMessages.Load(), MissingMedia: r.missingMedia.Load(),
	}, err
}

func (r *recording) manifest(service mapping.ServiceSID) Manifest {
	account, region := r.src.Account()
	return Manifest{
		Format: manifestFormat, Version: manifestVersion, AccountSID: account, Region: region, DefaultServiceSID: service,
		RecordedAt: mapping.Timestamp(time.Now().UTC().Format(time.RFC3339)), Redacted: r.redactor != nil,
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
