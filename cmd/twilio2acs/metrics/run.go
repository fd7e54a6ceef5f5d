package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// namespace begins the names of all metrics.
const namespace = "twilio2acs"

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+"_"+name, help, labels, nil)
}

var (
	messagesDesc      = describe("messages_total", "Messages gone through: sent, or found to be there.")
	conversationsDesc = describe("conversations_total", "Conversations that have ended, well or not.")
	activeDesc        = describe("conversations_active", "Conversations in progress.")
	mediaBytesDesc    = describe("media_bytes_total", "Bytes of files stored.")
	expectedDesc      = describe("messages_expected", "Messages that the source holds, where it knows.")
	lagDesc           = describe("lag_seconds", "The longest that something new in Twilio had waited for in this round.")
	problemsDesc      = describe("problem_conversations", "Conversations of this round that did not end well, by how.", "status")
	ledgerDesc        = describe("ledger_items", "What the ledger holds, by kind.", "kind")
)

// runCollector reads the metrics of a run when somebody asks, instead of having
// them told.
type runCollector struct{ set *Set }

// Describe names the metrics that are read off the run when somebody asks.
func (c runCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		messagesDesc, conversationsDesc, activeDesc, mediaBytesDesc, expectedDesc, lagDesc, problemsDesc, ledgerDesc,
	} {
		ch <- d
	}
}

// Collect reads them.
func (c runCollector) Collect(ch chan<- prometheus.Metric) {
	c.set.mu.Lock()
	defer c.set.mu.Unlock()
	send := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	now := c.set.done()
	send(messagesDesc, prometheus.CounterValue, float64(now.Messages))
	send(conversationsDesc, prometheus.CounterValue, float64(now.Finished))
	send(activeDesc, prometheus.GaugeValue, float64(now.Active))
	send(mediaBytesDesc, prometheus.CounterValue, float64(now.Bytes))
	if c.set.total >= 0 {
		send(expectedDesc, prometheus.GaugeValue, float64(c.set.total))
	}
	if c.set.engine != nil {
		report := c.set.engine.SoFar()
		send(lagDesc, prometheus.GaugeValue, report.Lag.Seconds())
		ended := report.Summary.Conversations
		send(problemsDesc, prometheus.GaugeValue, float64(ended.Failed), string(mapping.StatusFailed))
		send(problemsDesc, prometheus.GaugeValue, float64(ended.Blocked), string(mapping.StatusBlocked))
		send(problemsDesc, prometheus.GaugeValue, float64(ended.Open), string(mapping.StatusOpen))
	}
	c.collectLedger(send)
}

// collectLedger reads the counts of the ledger. One that cannot be read ends the
// run, and needs no metric to say so.
func (c runCollector) collectLedger(send func(*prometheus.Desc, prometheus.ValueType, float64, ...string)) {
	if c.set.ledger == nil {
		return
	}
	counts, err := c.set.ledger.Counts()
	if err != nil {
		return
	}
	send(ledgerDesc, prometheus.GaugeValue, float64(counts.Users), "users")
	send(ledgerDesc, prometheus.GaugeValue, float64(counts.Messages), "messages")
	send(ledgerDesc, prometheus.GaugeValue, float64(counts.Media), "media")
}
