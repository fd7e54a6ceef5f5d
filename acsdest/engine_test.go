package acsdest_test

import (
	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// What the engine asks for is met.
var (
	_ migrate.Identities   = (*acsdest.Destination)(nil)
	_ migrate.ThreadWriter = (*acsdest.Destination)(nil)
	_ migrate.ThreadReader = (*acsdest.Destination)(nil)
	_ migrate.Refusal      = (*acsdest.Error)(nil)
	_ migrate.MediaStore   = (*acsdest.LocalStore)(nil)
	_ acsdest.Gate         = (*migrate.Scheduler)(nil)
	_ acsdest.TokenSource  = (*acsdest.Tokens)(nil)
)
