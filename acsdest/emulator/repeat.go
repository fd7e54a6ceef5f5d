package emulator

import "time"

// maxRepeatKey is the longest repeatability key taken; GUIDs have 36 characters.
const maxRepeatKey = 256

// creation is the result of a creation, kept under its repeatability key.
type creation struct {
	Num     threadNum            `json:"num"`
	At      millis               `json:"at"`
	Invalid []invalidParticipant `json:"invalid,omitempty"`
}

// repeatKey is the repeatability key of a call to create a thread; empty when
// it has none. Keys of different callers are different.
func (c *call) repeatKey() (string, error) {
	key := c.r.Header.Get("repeatability-request-id")
	switch {
	case len(key) > maxRepeatKey:
		return "", badRequest("Value for repeatability-request-id is not valid.")
	case key == "":
		return "", nil
	}
	return string(c.user) + key, nil
}

// createOnce creates a thread, unless the key has been used before and is not
// older than life, when that is positive: then it is the first result.
func (t tx) createOnce(key string, life time.Duration, v thread, joiners []joiner) (creation, error) {
	if key == "" {
		return t.createThread(v, joiners)
	}
	repeats := t.bucket(bucketRepeats)
	first, found, err := load[creation](repeats, []byte(key))
	expired := life > 0 && now()-first.At > millis(life.Milliseconds())
	if err != nil || found && !expired {
		return first, err
	}
	if first, err = t.createThread(v, joiners); err != nil {
		return creation{}, err
	}
	return first, save(repeats, []byte(key), first)
}
