package migrate

// PathOf and Excerpts are what differences are made of.
var (
	PathOf   = pathOf
	Excerpts = excerpts
)
