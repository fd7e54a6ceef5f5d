package acsdest

import (
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// DefaultCredential signs in to Microsoft Entra ID with whatever the machine has
// for it, in the order of azidentity: the variables of a service principal, a
// workload or managed identity, then who is signed in to the Azure tools.
// AZURE_TOKEN_CREDENTIALS narrows that down, and is what an error here is about.
// Nothing is asked before the first token is needed, and one credential serves
// Identity and media store alike.
func DefaultCredential() (azcore.TokenCredential, error) {
	cred, err := azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{
		ClientOptions: azcore.ClientOptions{Telemetry: policy.TelemetryOptions{ApplicationID: applicationID}},
	})
	if err != nil {
		return nil, fmt.Errorf("choose Entra credential: %w", err)
	}
	return cred, nil
}
