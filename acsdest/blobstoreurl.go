package acsdest

import (
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// containerAddress is where a container of Azure Blob Storage is.
type containerAddress struct {
	service   string // canonical URL of the account's blob service, without a slash at the end
	account   string // empty where a host of somebody's own does not tell
	container string
	plain     bool // http, which only a loopback host may have
}

func (a containerAddress) String() string { return a.service + "/" + a.container }

// blob is the URL of a blob, escaped as mapping.Rules.URL escapes keys.
func (a containerAddress) blob(key string) string {
	elements := strings.Split(key, "/")
	for i, e := range elements {
		elements[i] = url.PathEscape(e)
	}
	return a.String() + "/" + strings.Join(elements, "/")
}

// ContainerURLError says why the URL of a container cannot be used. It does not
// show the URL: people paste them with signatures.
type ContainerURLError struct {
	Err  error
	hint string
}

func (e *ContainerURLError) Error() string { return "read container URL: " + e.Err.Error() }

func (e *ContainerURLError) Unwrap() error { return e.Err }

// Hint says what would be right.
func (e *ContainerURLError) Hint() string {
	if e.hint != "" {
		return e.hint
	}
	return "it looks like https://<account>.blob.core.windows.net/<container>"
}

const withoutSignature = "leave out the question mark and what follows it; sign in with AZURE_STORAGE_CONNECTION_STRING or Entra ID instead"

var (
	// containerName is what Azure lets a container be called, apart from doubled
	// hyphens. $root, $web and $logs are special: files in them cannot be in
	// folders, are public, or cannot be written.
	containerName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	// accountName is what may stand in a path; Azure itself allows no hyphen.
	accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
)

// parseContainerURL reads https://ACCOUNT.blob.…/CONTAINER, or, where the host
// is an address or a bare name, https://HOST/ACCOUNT/CONTAINER as Azurite has it.
func parseContainerURL(s string) (containerAddress, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return containerAddress{}, containerURLError("it is not a URL")
	case u.Query().Has("sig"):
		return containerAddress{}, &ContainerURLError{errors.New("it carries a signature (SAS)"), withoutSignature}
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return containerAddress{}, &ContainerURLError{errors.New("it has a query or a fragment"), withoutSignature}
	case u.User != nil:
		return containerAddress{}, containerURLError("it has a user name")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return containerAddress{}, containerURLError("it is not https")
	}
	return splitContainerURL(u)
}

func splitContainerURL(u *url.URL) (containerAddress, error) {
	at := containerAddress{service: serviceURL(u), plain: u.Scheme == "http"}
	path := strings.Split(strings.TrimSuffix(strings.TrimPrefix(u.EscapedPath(), "/"), "/"), "/")
	if isPathStyle(u.Hostname()) && len(path) > 1 && path[0] != "" {
		at.account, path = path[0], path[1:]
		at.service += "/" + at.account
	} else if account, rest, _ := strings.Cut(strings.ToLower(u.Hostname()), "."); strings.HasPrefix(rest, "blob.") {
		at.account = account
	}
	at.container = path[0]
	switch {
	case at.account != "" && !accountName.MatchString(at.account):
		return containerAddress{}, containerURLError("no account can have that name")
	case at.container == "":
		return containerAddress{}, containerURLError("it names no container")
	case len(path) > 1:
		return containerAddress{}, containerURLError("it goes on after the container")
	case !containerName.MatchString(at.container) || strings.Contains(at.container, "--"):
		return containerAddress{}, &ContainerURLError{errors.New("no container can have that name"),
			"3 to 63 lower-case letters, digits and single hyphens"}
	}
	return at, nil
}

func containerURLError(reason string) error { return &ContainerURLError{Err: errors.New(reason)} }

// serviceURL is scheme and host in their canonical form.
func serviceURL(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = authority(u)
	}
	return u.Scheme + "://" + host
}

// isPathStyle reports whether host cannot have the name of an account in it.
func isPathStyle(host string) bool {
	return net.ParseIP(host) != nil || !strings.Contains(host, ".")
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
