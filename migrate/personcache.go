package migrate

import "github.com/twilio2acs/twilio2acs/mapping"

// personCache looks communication users up in the ledger.
type personCache struct{ ledger LedgerReader }

func newPersonCache(ledger LedgerReader) *personCache { return &personCache{ledger} }

func (p *personCache) id(key mapping.PersonKey) (mapping.CommunicationUserID, error) {
	rec, _, err := p.ledger.Person(key)
	return rec.ID, ledgerFailure(err)
}
