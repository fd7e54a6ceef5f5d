package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// acsFaultSyntax is what help says of --fault.
const acsFaultSyntax = `A fault is HARM[,after-commit][,KEY=VALUE]...
  harms: drop (no answer), a status from 400 to 599, slow (with a delay)
  after-commit strikes when the call has been carried out, but not yet answered
  keys:  on=OPERATION (create-thread, send-message, list-messages, ...)
         p=PROBABILITY  skip=N  times=N  delay=DURATION  retry-after=DURATION`

// parseACSFault reads a fault such as
//
//	drop,after-commit,on=send-message,p=0.1
//	429,retry-after=2s,skip=100,times=20
//	slow,delay=300ms
//
// in the form of acsFaultSyntax, which is that of serve twilio as far as both
// have the same things to say.
func parseACSFault(text string) (emulator.Fault, error) {
	harm, rest, more := strings.Cut(text, ",")
	var f emulator.Fault
	if err := setHarm(&f, harm); err != nil {
		return emulator.Fault{}, err
	}
	for more {
		var word string
		word, rest, more = strings.Cut(rest, ",")
		if err := setFaultWord(&f, word); err != nil {
			return emulator.Fault{}, err
		}
	}
	switch {
	case harm == harmSlow && f.Delay == 0:
		return emulator.Fault{}, errors.New("slow needs a delay, such as delay=300ms")
	case f.RetryAfter > 0 && f.Status == 0:
		return emulator.Fault{}, errors.New("retry-after needs a status, such as 429")
	}
	return f, nil
}

// The harms that are no status.
const (
	harmDrop = "drop"
	harmSlow = "slow"
)

func setHarm(f *emulator.Fault, harm string) error {
	switch harm {
	case harmDrop:
		f.Drop = true
		return nil
	case harmSlow:
		return nil
	}
	status, err := strconv.Atoi(harm)
	if err != nil || status < 400 || status > 599 {
		return fmt.Errorf("%.40q is none of drop, slow and a status from 400 to 599", harm)
	}
	f.Status = status
	return nil
}

func setFaultWord(f *emulator.Fault, word string) error {
	if word == "after-commit" {
		f.AfterCommit = true
		return nil
	}
	key, value, ok := strings.Cut(word, "=")
	if !ok {
		return fmt.Errorf("%.40q is neither after-commit nor KEY=VALUE", word)
	}
	if err := setFaultKey(f, key, value); err != nil {
		return fmt.Errorf("%.40s: %w", key, err)
	}
	return nil
}

func setFaultKey(f *emulator.Fault, key, value string) (err error) {
	switch key {
	case "on":
		f.Operation, err = faultOperation(value)
	case "p":
		f.Probability, err = strconv.ParseFloat(value, 64)
		if err != nil || !(f.Probability > 0 && f.Probability <= 1) {
			err = errors.New("must be above 0 and at most 1")
		}
	case "skip":
		f.Skip, err = faultCount(value)
	case "times":
		f.Times, err = faultCount(value)
	case "delay":
		f.Delay, err = faultDuration(value)
	case "retry-after":
		f.RetryAfter, err = faultDuration(value)
		if err == nil && f.RetryAfter%time.Second != 0 {
			err = errors.New("must be whole seconds")
		}
	default:
		err = errors.New("there is no such key")
	}
	return err
}

func faultCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, errors.New("must be a number above 0")
	}
	return n, nil
}

func faultDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, errors.New("must be a duration above 0, such as 300ms")
	}
	return d, nil
}

// faultOperations are the calls that a fault can be about.
var faultOperations = []limits.Operation{
	limits.CreateThread, limits.GetThread, limits.UpdateThread, limits.DeleteThread, limits.ListThreads,
	limits.AddParticipants, limits.RemoveParticipant, limits.ListParticipants,
	limits.SendMessage, limits.GetMessage, limits.UpdateMessage, limits.DeleteMessage, limits.ListMessages,
	limits.SendReadReceipt, limits.ListReadReceipts, limits.SendTyping,
	limits.CreateIdentity, limits.CreateUserAndToken, limits.DeleteIdentity, limits.IssueToken, limits.RevokeTokens,
}

// faultOperation finds an operation by its name with hyphens: shells would split
// it at spaces.
func faultOperation(name string) (limits.Operation, error) {
	var names []string
	for _, op := range faultOperations {
		hyphened := strings.ReplaceAll(string(op), " ", "-")
		if name == hyphened {
			return op, nil
		}
		names = append(names, hyphened)
	}
	return "", fmt.Errorf("must be one of %s", strings.Join(names, ", "))
}
