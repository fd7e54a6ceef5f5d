package expression

import (
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Message is what an expression sees of a message.
type Message struct {
	SID            string    `cel:"sid"`
	Index          int64     `cel:"index"`
	Author         string    `cel:"author"`
	ParticipantSID string    `cel:"participantSid"` // empty for a message of the system or the REST API
	Body           string    `cel:"body"`
	Subject        string    `cel:"subject"`
	ContentSID     string    `cel:"contentSid"`
	DateCreated    time.Time `cel:"dateCreated"`
	DateUpdated    time.Time `cel:"dateUpdated"`
	Media          []Media   `cel:"media"`
	Attributes     any       `cel:"attributes"`
}

// Media is what an expression sees of a file.
type Media struct {
	SID         string `cel:"sid"`
	ContentType string `cel:"contentType"`
	Filename    string `cel:"filename"`
	Size        int64  `cel:"size"` // bytes
	// Category is media, or body or history for what is part of the text.
	Category string `cel:"category"`
}

func message(m mapping.Message) (Message, error) {
	v := Message{
		SID: string(m.SID), Index: m.Index, Author: m.Author, ParticipantSID: string(m.ParticipantSID),
		Body: m.Body, Subject: m.Subject, ContentSID: m.ContentSID, Attributes: attributes(m.Attributes),
	}
	for _, f := range m.Media {
		v.Media = append(v.Media, media(f))
	}
	return v, dates(m.DateCreated, m.DateUpdated, &v.DateCreated, &v.DateUpdated)
}

func media(f mapping.Media) Media {
	category := f.Category
	if category == "" {
		category = mapping.CategoryMedia
	}
	return Media{SID: string(f.SID), ContentType: f.ContentType, Filename: f.Filename, Size: f.Size, Category: category}
}
