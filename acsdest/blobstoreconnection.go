package acsdest

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// StorageConnection says where the blobs of a storage account are, and proves
// that the account is ours.
type StorageConnection struct {
	Account   string
	AccessKey AccessKey
	Endpoint  string // of the blob service, without a slash at the end
}

// ParseStorageConnectionString reads what the Azure portal shows as a connection
// string of a storage account, "DefaultEndpointsProtocol=https;AccountName=…;
// AccountKey=…;EndpointSuffix=core.windows.net", with BlobEndpoint or without.
// Names are matched in any case, unknown ones are ignored. One with a shared
// access signature in the place of the key is refused. No error shows any part
// of s but the names of its fields.
func ParseStorageConnectionString(s string) (StorageConnection, error) {
	c, err := parseStorageConnectionString(s)
	if err != nil {
		return StorageConnection{}, &StorageConnectionError{err}
	}
	return c, nil
}

func parseStorageConnectionString(s string) (StorageConnection, error) {
	fields := map[string]string{"defaultendpointsprotocol": "https", "endpointsuffix": "core.windows.net"}
	for field := range strings.SplitSeq(s, ";") {
		name, value, _ := strings.Cut(field, "=")
		fields[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
	}
	account, key, endpoint := fields["accountname"], fields["accountkey"], fields["blobendpoint"]
	switch {
	case key == "" && fields["sharedaccesssignature"] != "":
		return StorageConnection{}, errors.New("a shared access signature in it, in the place of an account key")
	case account == "":
		return StorageConnection{}, errors.New("no AccountName in it")
	case key == "":
		return StorageConnection{}, errors.New("no AccountKey in it")
	case endpoint == "":
		endpoint = fmt.Sprintf("%s://%s.blob.%s", fields["defaultendpointsprotocol"], account, fields["endpointsuffix"])
	}
	accessKey, err := ParseAccessKey(key)
	if err != nil {
		return StorageConnection{}, err
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.User != nil {
		return StorageConnection{}, errors.New("the endpoint in it is not a URL")
	}
	return StorageConnection{account, accessKey, serviceURL(u) + strings.TrimSuffix(u.EscapedPath(), "/")}, nil
}

// covers reports why c is not for the account that at is in.
func (c StorageConnection) covers(at containerAddress) error {
	switch {
	case c.AccessKey.IsZero():
		return errors.New("no account key")
	case at.service == c.Endpoint, at.account != "" && at.account == c.Account:
		return nil
	case at.account == "":
		return fmt.Errorf("it is of the account %s, which the container's URL does not show", c.Account)
	}
	return fmt.Errorf("it is of the account %s, the container is in %s", c.Account, at.account)
}

// StorageConnectionError says what is wrong with the connection string of a
// storage account, without showing it.
type StorageConnectionError struct{ Err error }

func (e *StorageConnectionError) Error() string {
	return "read storage connection string: " + e.Err.Error()
}

func (e *StorageConnectionError) Unwrap() error { return e.Err }

// Hint shows the form that is expected.
func (e *StorageConnectionError) Hint() string {
	return "copy it from the Access keys page of the container's account: " +
		"DefaultEndpointsProtocol=https;AccountName=<account>;AccountKey=<base64>;EndpointSuffix=core.windows.net"
}
