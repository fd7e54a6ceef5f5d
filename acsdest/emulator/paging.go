package emulator

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// threadPage is how many threads a page holds, by default and at most. 100 in
// one page have been recorded; the maximum is a guess.
const threadPage = 100

// linkTime is how a link to a further page writes startTime, which no RFC 3339
// parser reads.
const linkTime = "1/2/2006 3:04:05 PM -07:00"

// pageSize is the query's maxPageSize, cut to most.
func (c *call) pageSize(usual, most int) (int, error) {
	n, err := c.number("maxPageSize", usual)
	if err != nil || n == 0 {
		return 0, badRequest("Value for maxPageSize is not valid.")
	}
	return min(n, most), nil
}

// skipPage is the query's maxPageSize and skip.
func (c *call) skipPage(most int) (size, skip int, err error) {
	if size, err = c.pageSize(most, most); err != nil {
		return 0, 0, err
	}
	if skip, err = c.number("skip", 0); err != nil {
		return 0, 0, badRequest("Value for skip is not valid.")
	}
	return size, skip, nil
}

// number is a query parameter that is not negative.
func (c *call) number(name string, missing int) (int, error) {
	value := c.query.Get(name)
	if value == "" {
		return missing, nil
	}
	n, err := strconv.ParseUint(value, 10, 31)
	return int(n), err
}

// startTime is the query's lower bound: RFC 3339, or what the links of earlier
// pages write.
func (c *call) startTime() (millis, error) {
	value := c.query.Get("startTime")
	if value == "" || value == "0" {
		return 0, nil
	}
	for _, layout := range []string{time.RFC3339, linkTime} {
		if at, err := time.Parse(layout, value); err == nil {
			return max(0, millis(at.UnixMilli())), nil
		}
	}
	return 0, badRequest("Value for startTime is not valid.")
}

// slicePage cuts one page out of all.
func slicePage[T any](all []T, skip, size int) (page []T, more bool) {
	skip = min(skip, len(all))
	end := min(skip+size, len(all))
	return all[skip:end], end < len(all)
}

// skipLink is the link to a further page of participants or receipts.
func (c *call) skipLink(what string, skip, size int) string {
	return c.nextLink(c.rawPath(what), fmt.Sprintf("skip=%d&maxPageSize=%d", skip, size))
}

// messagesLink is the link to a further page of messages.
func (c *call) messagesLink(w messageWindow, size int) string {
	return c.nextLink(c.rawPath("messages"), fmt.Sprintf("syncState=%s&startTime=%s&maxPageSize=%d", w.encode(c.thread), escapeLinkTime(w.from), size))
}

// threadsLink is the link to a further page of threads.
func (c *call) threadsLink(w threadWindow, size int) string {
	query := "syncState=" + url.QueryEscape(w.encode())
	if w.from > 0 {
		query += "&startTime=" + escapeLinkTime(w.from)
	}
	return c.nextLink("/chat/threads", query+"&maxPageSize="+strconv.Itoa(size))
}

// rawPath is the path of something in the thread of the call, its ID unescaped.
func (c *call) rawPath(what string) string {
	return "/chat/threads/" + string(c.thread) + "/" + what
}

func escapeLinkTime(m millis) string {
	text := time.UnixMilli(int64(m)).UTC().Format(linkTime)
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
