package acsdest_test

import (
	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// What the engine asks for is met without an adapter.
var (
	_ migrate.Refusal     = (*acsdest.Error)(nil)
	_ migrate.MediaStore  = (*acsdest.LocalStore)(nil)
	_ acsdest.Gate        = (*migrate.Scheduler)(nil)
	_ acsdest.TokenSource = (*acsdest.Tokens)(nil)
)
