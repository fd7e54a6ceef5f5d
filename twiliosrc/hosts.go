package twiliosrc

import "net/url"

// Hosts are the addresses that are talked to, by scheme and host: of Twilio's REST
// API and of the Media Content Service.
func (c *Client) Hosts() (rest, mcs string) { return origin(c.rest.target), origin(c.mcs.target) }

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }
