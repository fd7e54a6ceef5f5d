package main

import (
	"encoding/json"
	"net/http"
	"time"
)

// journal is what the log file of a run tells of its requests.
type journal struct {
	twilio, acs int
	refused     int       // by ACS, for being too many
	created     time.Time // when the first thread was asked for
	sent        time.Time // when the last message was acknowledged
}

// entry is a line of a log file, as far as it matters here.
type entry struct {
	Time      time.Time     `json:"time"`
	Message   string        `json:"msg"`
	Operation string        `json:"operation"`
	Status    int           `json:"status"`
	Took      time.Duration `json:"took"`
}

func readJournal(path string) (journal, error) {
	var j journal
	err := eachLine(path, func(line []byte) error {
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return err
		}
		j.add(e)
		return nil
	})
	return j, err
}

func (j *journal) add(e entry) {
	switch e.Message {
	case "twilio answered":
		j.twilio++
	case "acs answered":
		j.acs++
		j.answer(e)
	case "acs did not answer":
		j.acs++
	}
}

func (j *journal) answer(e entry) {
	switch {
	case e.Status == http.StatusTooManyRequests:
		j.refused++
	case e.Status != http.StatusCreated:
	case e.Operation == "create thread":
		if began := e.Time.Add(-e.Took); j.created.IsZero() || began.Before(j.created) {
			j.created = began
		}
	case e.Operation == "send message":
		if e.Time.After(j.sent) {
			j.sent = e.Time
		}
	}
}
