package acsdest

import (
	"context"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
)

// maxValidity is how long a signed URL may be valid: Entra gives out no key for
// longer, and nobody should hand out more with an account key.
const maxValidity = 7 * 24 * time.Hour

// clockSkew is how far the clocks of this machine and Azure may be apart.
const clockSkew = 15 * time.Minute

// SignedURL names the file under key by a URL that lets anybody read it, for
// validity, at most 7 days. It is a secret like the file itself: hand it to who
// asks, and write it nowhere. With an account key it is made without asking Azure;
// with Entra it costs a request, and the identity may need the role Storage Blob
// Delegator. Whether there is such a file is not looked at.
func (s *BlobStore) SignedURL(ctx context.Context, key string, validity time.Duration) (string, error) {
	if err := checkBlobKey(key); err != nil {
		return "", err
	}
	if validity <= 0 || validity > maxValidity {
		return "", fmt.Errorf("sign URL of media %s: validity %s is not within %s", key, validity, maxValidity)
	}
	values := sas.BlobSignatureValues{
		Protocol:      sas.ProtocolHTTPS,
		ExpiryTime:    time.Now().UTC().Add(validity),
		Permissions:   to.Ptr(sas.BlobPermissions{Read: true}).String(),
		ContainerName: s.at.container,
		BlobName:      key,
	}
	if s.at.plain {
		values.Protocol = sas.ProtocolHTTPSandHTTP
	}
	query, err := s.sign.sign(ctx, values)
	if err != nil {
		return "", fmt.Errorf("sign URL of media %s: %w", key, err)
	}
	return s.at.blob(key) + "?" + query.Encode(), nil
}

// A signer signs for the right to read.
type signer interface {
	sign(context.Context, sas.BlobSignatureValues) (sas.QueryParameters, error)
}

// keySigner signs with the key of the account.
type keySigner struct{ key *blob.SharedKeyCredential }

func (s keySigner) sign(_ context.Context, v sas.BlobSignatureValues) (sas.QueryParameters, error) {
	return v.SignWithSharedKey(s.key)
}

// delegatedSigner signs with a key that Azure gives to an Entra identity.
type delegatedSigner struct{ service *service.Client }

func (s delegatedSigner) sign(ctx context.Context, v sas.BlobSignatureValues) (sas.QueryParameters, error) {
	cred, err := s.service.GetUserDelegationCredential(ctx, service.KeyInfo{
		Start:  to.Ptr(time.Now().UTC().Add(-clockSkew).Format(sas.TimeFormat)),
		Expiry: to.Ptr(v.ExpiryTime.Format(sas.TimeFormat)),
	}, nil)
	if err != nil {
		return sas.QueryParameters{}, newBlobError(err)
	}
	return v.SignWithUserDelegation(cred)
}
