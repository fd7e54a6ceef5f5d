package main

import (
	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// stageAll is the value of --stage that leaves nothing out.
const stageAll = "all"

// stageOptions say which part of a run is done, and in what order.
type stageOptions struct {
	stage      choice
	order      choice
	inboxOrder bool
}

func (o *stageOptions) register(cmd *cobra.Command) {
	choose(cmd, &o.stage, "stage", "", "do one part ahead of the rest: create users, store files, carry all but the newest messages, or send these at once",
		stageAll, string(migrate.StagePeople), string(migrate.StageMedia), string(migrate.StageHistory), string(migrate.StageTail))
	choose(cmd, &o.order, "order", "", "which conversations come first: those that set the end, then active before closed and recent before old (auto); the latter alone (important); or as listed",
		string(migrate.OrderAuto), string(migrate.OrderImportant), string(migrate.OrderListed))
	cmd.Flags().BoolVar(&o.inboxOrder, "inbox-order", true,
		"on the first full load send the newest message of every conversation last, in their order in Twilio, so that lists of chats keep theirs")
}

func (o *stageOptions) check(r *runOptions) error {
	switch {
	case o.stage.value == stageAll:
		return nil
	case r.rounds.untilQuiet || r.rounds.follow > 0:
		return usagef("leave one of them out", "--stage does one part of one run: it cannot be repeated")
	case o.stage.value == string(migrate.StageMedia) && r.media.media == noMedia:
		return usagef("say --media local:DIR or azblob:CONTAINER_URL", "--stage media means nothing without a place for files")
	}
	return nil
}

// value is the stage as the engine knows it.
func (o *stageOptions) value() migrate.Stage {
	if o.stage.value == stageAll {
		return migrate.StageAll
	}
	return migrate.Stage(o.stage.value)
}

// incomplete reports whether a run has not done what it was asked for. What a
// single stage leaves to the others is no failure.
func (o *stageOptions) incomplete(s migrate.Summary) bool {
	if o.stage.value == stageAll {
		return s.Incomplete()
	}
	t := s.All()
	return t.Failed+t.Blocked+t.Open > 0
}
