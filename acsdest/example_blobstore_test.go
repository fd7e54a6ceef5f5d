package acsdest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// Files go into a private container; the application serves them.
func ExampleNewBlobStoreWithCredential() {
	ctx := context.Background()
	cred, err := acsdest.DefaultCredential()
	if err != nil {
		log.Fatal(err)
	}
	store, err := acsdest.NewBlobStoreWithCredential("https://contosomedia.blob.core.windows.net/media", cred, nil)
	if err != nil {
		log.Fatal(err)
	}
	var public *acsdest.PublicContainerError
	if err := store.Ensure(ctx); errors.As(err, &public) {
		log.Print(err, ": ", public.Hint())
	} else if err != nil {
		log.Fatal(err)
	}
	photo, err := os.Open("photo.jpg")
	if err != nil {
		log.Fatal(err)
	}
	defer photo.Close()
	size, sum, err := store.Put(ctx, "CH1/ME1/photo.jpg", "image/jpeg", photo)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(size, sum)
}
