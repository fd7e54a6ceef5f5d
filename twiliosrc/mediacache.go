package twiliosrc

import (
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	// maxSeenMedia bounds a mediaCache. A resource takes about 2 KB.
	maxSeenMedia = 2000
	// urlMargin is how long a signed URL must still be good for.
	urlMargin = 30 * time.Second
)

// mediaCache holds resources of files that will probably be opened soon, the
// newest ones. Each is good for one download.
type mediaCache struct {
	mu    sync.Mutex
	bySID map[mapping.MediaSID]mediaResource
	order []mapping.MediaSID // may name some that were taken
}

func (c *mediaCache) put(res mediaResource) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bySID == nil {
		c.bySID = map[mapping.MediaSID]mediaResource{}
	}
	if _, known := c.bySID[res.SID]; !known {
		c.order = append(c.order, res.SID)
	}
	c.bySID[res.SID] = res
	for len(c.order) > maxSeenMedia {
		delete(c.bySID, c.order[0])
		c.order = c.order[1:]
	}
}

// take removes and returns what is known of a file, unless its URL has expired.
func (c *mediaCache) take(sid mapping.MediaSID) (mediaResource, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	res, ok := c.bySID[sid]
	delete(c.bySID, sid)
	return res, ok && res.isFresh(time.Now())
}

// isFresh reports whether the signed URL is good for a while. It says itself
// until when it is.
func (m mediaResource) isFresh(now time.Time) bool {
	_, query, _ := strings.Cut(m.Links.Direct, "?")
	values, _ := url.ParseQuery(query) // what can be read of it is enough
	expires, err := strconv.ParseInt(values.Get("Expires"), 10, 64)
	return err == nil && now.Add(urlMargin).Before(time.Unix(expires, 0))
}
