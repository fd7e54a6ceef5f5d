package main

import (
	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// acsSizeOptions say how large what the embedded ACS takes may be, in the words of
// sizeOptions, which are those of a migration.
type acsSizeOptions struct {
	message         int
	measure         choice
	counts          choice
	messageMetadata int
	threadMetadata  int
	tooLarge        choice
}

// tooLargeStatuses are the statuses that --too-large names.
var tooLargeStatuses = map[string]int{"400": 400, "413": 413}

func (o *acsSizeOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&o.message, "message-limit", 28<<10, "how many `bytes` a message may have")
	choose(cmd, &o.measure, "message-measure", "", "how texts are measured: as UTF-16, as UTF-8, or as UTF-8 in JSON, with what it escapes",
		string(emulator.MeasureUTF16), string(emulator.MeasureUTF8), string(emulator.MeasureJSON))
	choose(cmd, &o.counts, "message-counts", "", "what counts: the message with display name and metadata, or its content alone",
		string(mapping.CountsMessage), string(mapping.CountsContent))
	f.IntVar(&o.messageMetadata, "message-metadata-limit", 0, "how many `bytes` the metadata of a message may have; 0 is as many as the message")
	f.IntVar(&o.threadMetadata, "thread-metadata-limit", 1<<10, "how many `bytes` the metadata of a thread may have")
	choose(cmd, &o.tooLarge, "too-large", "", "answer to what is too large", "400", "413")
}

func (o *acsSizeOptions) check() error {
	for _, f := range []struct {
		name         string
		value, least int
	}{{"message-limit", o.message, 1}, {"message-metadata-limit", o.messageMetadata, 0}, {"thread-metadata-limit", o.threadMetadata, 1}} {
		if f.value < f.least {
			return usagef("", "--%s %d is below %d", f.name, f.value, f.least)
		}
	}
	return nil
}

func (o *acsSizeOptions) sizes() emulator.Sizes {
	return emulator.Sizes{
		Message:         o.message,
		Measure:         emulator.Measure(o.measure.value),
		ContentOnly:     o.counts.value == string(mapping.CountsContent),
		MessageMetadata: o.messageMetadata,
		ThreadMetadata:  o.threadMetadata,
		Status:          tooLargeStatuses[o.tooLarge.value],
	}
}
