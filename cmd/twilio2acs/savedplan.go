package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// saveOptions say where a plan is saved.
type saveOptions struct{ path string }

func (o *saveOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.path, "save", "", "save the plan to this `file`, for run --plan to hold on to")
}

// savedPlan is a plan that is being saved. A nil savedPlan is none.
type savedPlan struct {
	*report.Saver
	file *pendingFile
}

// begin begins to save, if somebody wants to.
func (o saveOptions) begin(policies []report.Policy, b mapping.Binding, ledger *checkpoint.Reader) (*savedPlan, error) {
	file, err := newPendingFile(o.path, "--save")
	if file == nil {
		return nil, err
	}
	basis, err := planBasis(policies, b, ledger)
	if err != nil {
		return nil, errors.Join(err, file.close())
	}
	saver, err := report.NewSaver(file, basis, time.Now())
	if err != nil {
		return nil, errors.Join(err, file.close())
	}
	return &savedPlan{saver, file}, nil
}

// planBasis is what a plan is made on.
func planBasis(policies []report.Policy, b mapping.Binding, ledger *checkpoint.Reader) (report.Basis, error) {
	basis := report.Basis{Binding: b, Policies: policies}
	basis.Binding.Machine = ""
	last, _, err := ledger.LastRun()
	if err != nil {
		return basis, err
	}
	basis.Run = last.Number
	basis.Counts, err = ledger.Counts()
	return basis, err
}

func (p *savedPlan) listeners() []planListener {
	if p == nil {
		return nil
	}
	return []planListener{p}
}

// commit makes the file appear.
func (p *savedPlan) commit() error {
	if p == nil {
		return nil
	}
	return cmp.Or(p.Finish(), p.file.commit())
}

// close removes a file that is not complete.
func (p *savedPlan) close() error {
	if p == nil {
		return nil
	}
	return p.file.close()
}

// holdOptions say which saved plan a run holds on to.
type holdOptions struct{ path string }

func (o *holdOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.path, "plan", "", "begin only if this `file`, which plan --save has made, still tells what the run would do")
}

// check makes the plan once more, and refuses if it is not the saved one any more.
// Nothing has been written yet.
func (o holdOptions) check(ctx context.Context, s *streams, plan *planOptions, m *migration, accepted map[mapping.LossCode]bool) (err error) {
	if o.path == "" {
		return nil
	}
	saved, err := readSavedPlan(o.path)
	if err != nil {
		return err
	}
	plan.report.checkMedia = saved.Policy(checkMediaFlag) != "" // as it was made
	binding, err := plan.basis(m)
	if err != nil {
		return err
	}
	ledger, err := plan.state.read(binding)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	basis, err := planBasis(plan.decided(m), binding, ledger)
	if err != nil {
		return err
	}
	comparison := saved.Compare(basis)
	opts := plan.engine(m, accepted)
	opts.Logger = plan.log.logger(s)
	if _, err := plan.listen(ctx, s, m, ledger, opts, []planListener{comparison}); err != nil {
		return err
	}
	return comparison.Finish()
}

// readSavedPlan reads a file that plan --save has made.
func readSavedPlan(path string) (*report.Saved, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &usageError{fmt.Errorf("read saved plan: %w", err), "make it with plan --save"}
	}
	if err != nil {
		return nil, fmt.Errorf("read saved plan: %w", err)
	}
	defer f.Close()
	saved, err := report.ReadSaved(f)
	if err != nil {
		return nil, fmt.Errorf("read saved plan %s: %w", path, err)
	}
	return saved, nil
}
