package main

import "time"

// tell prints what a round came to, as it ends.
func (o *runOptions) tell(s *streams, r round) {
	switch o.output.format.value {
	case formatJSON: // one document, at the end
	case formatJSONL:
		printLine(s.out, struct {
			Type string `json:"type"`
			round
		}{"round", r})
	default:
		writeRound(&textWriter{w: s.out, color: painter(s.color)}, r)
	}
}

// writeRun tells people what a run came to.
func writeRun(t *textWriter, r *result) {
	switch {
	case r.err == nil:
		t.heading("Run %d finished in %s.", r.run, shortly(r.took))
	case silent(r.err):
		t.heading("Run %d finished in %s, but not everything is done.", r.run, shortly(r.took))
	default:
		t.heading("Run %d ended early, after %s.", r.run, shortly(r.took))
	}
	t.summary(r.summary, doneWords)
	t.note(r.skipped, "damaged item was left out", "damaged items were left out")
	t.note(r.details.Unused, "identity may exist in ACS without any use: the answer to its creation was lost",
		"identities may exist in ACS without any use: the answers to their creation were lost")
	t.note(r.details.Doubles, "message that had arrived twice was deleted once", "messages that had arrived twice were deleted once each")
	if b := r.details.Backups; b != nil && b.Latest != nil {
		t.printf("  the ledger was copied to %s as %s\n", b.Place, b.Latest.File)
		t.note(b.Failed, "copy of the ledger failed", "copies of the ledger failed")
	}
	t.losses(r.details.Losses)
	t.problems(r.details.Problems, r.details.MoreProblems)
	t.next(r.next)
}

// writeRound tells people what a round of a repeated run came to.
func writeRound(t *textWriter, r round) {
	kind := "quick"
	if r.Deep {
		kind = "deep"
	}
	t.printf("run %d (%s)  +%d ~%d -%d in %s, lag %s\n", r.Run, kind, r.Created, r.Updated, r.Deleted,
		shortly(seconds(r.Seconds)), shortly(seconds(r.LagSeconds)))
	if r.Error != "" {
		t.printf("  %s\n", r.Error)
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
