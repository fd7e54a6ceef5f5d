package checkpoint_test

import (
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/migrate"
)

var (
	_ migrate.Ledger         = (*checkpoint.Ledger)(nil)
	_ migrate.LedgerReader   = (*checkpoint.Reader)(nil)
	_ migrate.VerifyLedger   = (*checkpoint.Reader)(nil)
	_ migrate.VerifyRecorder = (*checkpoint.Ledger)(nil)
)
