package emulator

import (
	"net/http"
	"slices"
	"strings"
)

// The api-versions that are answered: those that recordings, the OpenAPI
// documents and the published SDKs name.
var (
	chatVersions = []string{
		"2020-09-21-preview2", "2020-11-01-preview3", "2021-01-27-preview4", "2021-03-01-preview5",
		"2021-03-07", "2021-04-05-preview6", "2021-09-07", "2022-11-15-preview8", "2023-07-01-preview",
		"2023-11-07", "2023-11-15-preview", "2024-03-07", "2025-03-15",
	}
	identityVersions = []string{
		"2021-03-07", "2022-10-01", "2023-10-01", "2025-03-02-preview", "2025-06-30", "2026-07-22", "2026-09-23",
	}
)

// customIDVersion alone knows identities by an ID of the caller's.
const customIDVersion = "2025-03-02-preview"

// attachmentsVersion is the first one in which a message lists its attachments.
// An issue thread shows an empty list in "newer versions"; which was the first is a guess.
const attachmentsVersion = "2023-11-07"

// The header api-supported-versions of both services.
var (
	chatVersionsHeader     = strings.Join(chatVersions, ", ")
	identityVersionsHeader = strings.Join(identityVersions, ", ")
)

// versionsHeader is the header api-supported-versions of the service called.
func (c *call) versionsHeader() string {
	if c.isChat() {
		return chatVersionsHeader
	}
	return identityVersionsHeader
}

// checkVersion refuses a call without an api-version, or with an unknown one.
func (c *call) checkVersion() error {
	known := identityVersions
	if c.isChat() {
		known = chatVersions
	}
	if slices.Contains(known, c.version) {
		return nil
	}
	r := &refusal{status: http.StatusBadRequest, code: "UnsupportedApiVersion", chat: c.isChat()}
	r.message = "The requested api-version is not supported."
	if c.version == "" {
		r.code, r.message = "ApiVersionUnspecified", "An api-version is required, but was not specified."
	}
	return r
}
