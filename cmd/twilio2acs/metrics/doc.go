// Package metrics lets Prometheus watch a run: how far it has come, what it asks of
// Twilio and of ACS, how long the rate limits hold it back, and what is refused.
//
// Names follow the conventions of Prometheus: all begin with twilio2acs_, times are
// in seconds and sizes in bytes, and counters end in _total. Labels name operations,
// status codes and kinds of items, never an item, an address or a person: there are a
// few hundred series at most, and no secret is in them.
package metrics
