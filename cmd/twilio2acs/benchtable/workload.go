package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// workload is a Twilio account made up for measuring: how many messages each of its
// conversations has. Each is one between a customer of its own and one of ten agents,
// who take turns.
type workload []int

// even is a workload of conversations that are as long as each other.
func even(conversations, messages int) workload {
	w := make(workload, conversations)
	for i := range w {
		w[i] = messages
	}
	return w
}

func (w workload) messages() (n int) {
	for _, length := range w {
		n += length
	}
	return n
}

const (
	accountSID = "AC00000000000000000000000000000001"
	serviceSID = "IS00000000000000000000000000000001"
)

type object = map[string]any

// write writes the workload as a snapshot.
func (w workload) write(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return errors.Join(
		writeLines(dir, "snapshot.json", w.manifest),
		writeLines(dir, "conversations.jsonl", w.conversations),
		writeLines(dir, "participants.jsonl", w.participants),
		writeLines(dir, "messages.jsonl", w.texts),
	)
}

func writeLines(dir, name string, lines func(put func(any) error) error) error {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	buf := bufio.NewWriterSize(f, 1<<20)
	enc := json.NewEncoder(buf)
	return errors.Join(lines(enc.Encode), buf.Flush(), f.Close())
}

func (w workload) manifest(put func(any) error) error {
	return put(object{"format": "twilio-conversations-snapshot", "version": 1, "accountSid": accountSID,
		"defaultServiceSid": serviceSID, "recordedAt": day(0), "redacted": false})
}

func (w workload) conversations(put func(any) error) error {
	for c := range w {
		if err := put(object{"sid": sid("CH", c, 0), "account_sid": accountSID, "chat_service_sid": serviceSID, "state": "active",
			"friendly_name": fmt.Sprint("Order ", c), "attributes": "{}", "date_created": day(0), "date_updated": day(w[c])}); err != nil {
			return err
		}
	}
	return nil
}

func (w workload) participants(put func(any) error) error {
	for c := range w {
		for side := range 2 {
			if err := put(object{"sid": sid("MB", c, side), "account_sid": accountSID, "conversation_sid": sid("CH", c, 0),
				"identity": who(c, side), "attributes": "{}", "date_created": day(0), "date_updated": day(0)}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w workload) texts(put func(any) error) error {
	for c, length := range w {
		for i := range length {
			if err := put(object{"sid": sid("IM", c, i), "account_sid": accountSID, "conversation_sid": sid("CH", c, 0), "index": i,
				"author": who(c, i%2), "participant_sid": sid("MB", c, i%2), "attributes": "{}", "media": nil, "delivery": nil,
				"date_created": day(i), "date_updated": day(i), "body": text(c, i)}); err != nil {
				return err
			}
		}
	}
	return nil
}

func sid(prefix string, c, i int) string { return fmt.Sprintf("%s%016x%016x", prefix, c, i) }

// day is a time at which a message may have been written, in order.
func day(i int) string {
	return time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC).Add(time.Duration(i) * time.Minute).Format(time.RFC3339)
}

func who(c, side int) string {
	if side == 0 {
		return fmt.Sprintf("agent-%d", c%10)
	}
	return fmt.Sprintf("customer-%d", c)
}

func text(c, i int) string {
	return fmt.Sprintf("Message %d of conversation %d, about as long as what people write to a support desk.", i, c)
}
