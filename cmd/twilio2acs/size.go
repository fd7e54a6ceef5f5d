package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// sizeOptions say how much of a message ACS takes, as doctor --probe finds it out.
// They are part of the rules: where a text is cut depends on them.
type sizeOptions struct {
	message  int
	measure  choice
	counts   choice
	metadata int

	flags []*pflag.Flag
}

func (o *sizeOptions) register(cmd *cobra.Command) { o.flags = added(cmd, o.registerAll) }

func (o *sizeOptions) registerAll(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&o.message, "message-limit", mapping.PublishedMessageLimit, "how many `bytes` ACS takes as one message; doctor --probe finds this and the next three out")
	choose(cmd, &o.measure, "message-measure", "", "how ACS measures texts: as UTF-8, as UTF-16, as UTF-8 in JSON with what it escapes; widest keeps within UTF-8 and UTF-16",
		string(mapping.MeasureWidest), string(mapping.MeasureUTF8), string(mapping.MeasureUTF16), string(mapping.MeasureJSON))
	choose(cmd, &o.counts, "message-counts", "", "what counts: the message with display name and metadata, or its content alone",
		string(mapping.CountsMessage), string(mapping.CountsContent))
	f.IntVar(&o.metadata, "message-metadata-limit", mapping.MaxMessageMetadata, "how many `bytes` of metadata ACS takes with a message")
}

func (o *sizeOptions) sizes() mapping.Sizes {
	return mapping.Sizes{
		Message:  o.message,
		Measure:  mapping.SizeMeasure(o.measure.value),
		Counts:   mapping.SizeScope(o.counts.value),
		Metadata: o.metadata,
	}
}

// changed are the flags of what is not as published.
func (o *sizeOptions) changed() []*pflag.Flag {
	var flags []*pflag.Flag
	for _, f := range o.flags {
		if f.Value.String() != f.DefValue {
			flags = append(flags, f)
		}
	}
	return flags
}

// emulated has the embedded ACS take as much of a message as ACS does. What is not
// known stays with what the server does by itself.
func emulated(z mapping.Sizes) emulator.Sizes {
	sizes := emulator.Sizes{Message: z.Message, ContentOnly: z.Counts == mapping.CountsContent}
	if z.Measure != mapping.MeasureWidest {
		sizes.Measure = emulator.Measure(z.Measure)
	}
	if z.Metadata < mapping.MaxMessageMetadata {
		sizes.MessageMetadata = z.Metadata
	}
	return sizes
}
