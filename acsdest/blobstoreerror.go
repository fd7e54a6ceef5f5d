package acsdest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
)

// BlobError is the failure of a call to Azure Blob Storage. Where the service
// answered with an error, errors.As finds an *azcore.ResponseError in it as well;
// the text of that one shows address and body, the text of BlobError never does.
type BlobError struct {
	// Status is the HTTP status of the answer, 0 when there was none.
	Status int
	// Code is what Azure calls the error, such as ContainerNotFound. It may be empty.
	Code string
	// RequestID identifies the call for Microsoft's support (x-ms-request-id).
	RequestID string

	err error
}

// newBlobError is the BlobError of what azblob returned, nil for nil.
func newBlobError(err error) error {
	if err == nil {
		return nil
	}
	var answer *azcore.ResponseError
	if !errors.As(err, &answer) {
		return &BlobError{err: withoutURL(err)}
	}
	e := &BlobError{Status: answer.StatusCode, Code: answer.ErrorCode, err: err}
	if answer.RawResponse != nil {
		e.RequestID = answer.RawResponse.Header.Get("x-ms-request-id")
	}
	return e
}

func (e *BlobError) Error() string {
	switch {
	case e.Status == 0:
		return "blob storage: " + e.err.Error()
	case e.Code == "":
		return fmt.Sprintf("blob storage: %d %s", e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("blob storage: %d %s (%s)", e.Status, http.StatusText(e.Status), oneLine(e.Code))
}

// Unwrap returns the cause: an *azcore.ResponseError, or what the network or the
// credential said.
func (e *BlobError) Unwrap() error { return e.err }

// Is makes a file that is not there fs.ErrNotExist. A container that is not
// there, which is no news about the file, is not.
func (e *BlobError) Is(target error) bool {
	return target == fs.ErrNotExist && e.hasCode(bloberror.BlobNotFound)
}

// IsMissing reports that there is no such container.
func (e *BlobError) IsMissing() bool { return e.hasCode(bloberror.ContainerNotFound) }

func (e *BlobError) hasCode(codes ...bloberror.Code) bool {
	return slices.Contains(codes, bloberror.Code(e.Code))
}

// Unauthorized reports that the account key, the Entra credential or its role is
// refused. That concerns every file.
func (e *BlobError) Unauthorized() bool {
	var credential *credentialError
	if errors.As(e.err, &credential) {
		return !failedToDial(e.err)
	}
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || e.hasCode(bloberror.InvalidAuthenticationInfo)
}

// Unreachable reports that no connection to the service could be made.
func (e *BlobError) Unreachable() bool { return failedToDial(e.err) }

// Hint says what can be done about it, empty when nothing is known.
func (e *BlobError) Hint() string {
	var untrusted *tls.CertificateVerificationError
	var credential *credentialError
	switch {
	case errors.As(e.err, &untrusted):
		return "the certificate of the service is not trusted: check the container URL"
	case e.Unreachable():
		return "check the container URL and the network, a proxy included"
	case errors.As(e.err, &credential):
		return "sign in to Azure, or set AZURE_STORAGE_CONNECTION_STRING to use the key of the account"
	case e.hasCode("KeyBasedAuthenticationNotPermitted"):
		return "the account takes no keys: unset AZURE_STORAGE_CONNECTION_STRING to sign in with Entra ID"
	case e.hasCode(bloberror.AuthenticationFailed, bloberror.InvalidAuthenticationInfo):
		return "a regenerated key, a token of another tenant and a clock that is minutes off are refused"
	case e.Unauthorized():
		return "give the identity the role Storage Blob Data Contributor on the container or its account, and look at the account's network rules; a new role takes minutes to count"
	case e.hasCode(bloberror.ContainerNotFound):
		return "create the container, private, or check its URL"
	case e.hasCode(bloberror.ContainerBeingDeleted):
		return "the container is being deleted: wait a minute, or name another one"
	}
	return ""
}
