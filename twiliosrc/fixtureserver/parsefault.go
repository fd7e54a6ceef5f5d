package fixtureserver

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// FaultSyntax says how ParseFault wants a fault, for a command's help.
const FaultSyntax = `MODE[,KEY=VALUE]...
modes: 429, 503 (HTML), 503-empty, reset (in the middle of an answer), slow;
       expired, truncated, shortened (files);
       insert, delete, edit (between two pages), short, empty (pages)
keys:  on=RESOURCE (messages, conversations, participants, users, media, files, ...)
       p=PROBABILITY  skip=N  times=N  retry-after=DURATION  delay=DURATION
       items=N (on a short page)  tokens=keyset|offset`

// FaultError says what is wrong with the text of a fault.
type FaultError struct {
	Text string
	Err  error
}

func (e *FaultError) Error() string { return fmt.Sprintf("parse fault %.80q: %v", e.Text, e.Err) }

func (e *FaultError) Unwrap() error { return e.Err }

// Hint says how a fault is written.
func (e *FaultError) Hint() string { return "a fault is " + FaultSyntax }

// ParseFault reads a fault as String writes it, such as
//
//	429,on=messages,p=0.1,retry-after=2s
//	delete,tokens=offset
//	short,items=3
//
// FaultSyntax names all modes and keys. The error is a *FaultError.
func ParseFault(text string) (Fault, error) {
	mode, rest, more := strings.Cut(text, ",")
	f := Fault{Mode: Mode(mode)}
	if !f.Mode.ofAnswer() && !f.Mode.ofList() {
		return Fault{}, &FaultError{text, fmt.Errorf("there is no mode %.40q", mode)}
	}
	for more {
		var pair string
		pair, rest, more = strings.Cut(rest, ",")
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return Fault{}, &FaultError{text, fmt.Errorf("%.40q is not KEY=VALUE", pair)}
		}
		if err := f.set(key, value); err != nil {
			return Fault{}, &FaultError{text, fmt.Errorf("%s: %w", key, err)}
		}
	}
	return f, nil
}

var (
	errCount       = errors.New("it must be a number above 0")
	errProbability = errors.New("it must be above 0 and at most 1")
	errSeconds     = errors.New("it must be whole seconds, above 0")
	errDuration    = errors.New("it must be a duration above 0, such as 300ms")
	errTokens      = errors.New("they are keyset or offset")
)

func (f *Fault) set(key, value string) (err error) {
	switch key {
	case "on":
		if f.Resource = Resource(value); !f.Resource.known() {
			err = fmt.Errorf("there is no resource %.40q", value)
		}
	case "p":
		f.Probability, err = strconv.ParseFloat(value, 64)
		if err != nil || !(f.Probability > 0 && f.Probability <= 1) {
			err = errProbability
		}
	case "skip":
		f.Skip, err = parseCount(value)
	case "times":
		f.Times, err = parseCount(value)
	case "items":
		f.Items, err = parseCount(value)
	case "retry-after":
		if f.RetryAfter, err = parseDuration(value); err == nil && f.RetryAfter%time.Second != 0 {
			err = errSeconds
		}
	case "delay":
		f.Delay, err = parseDuration(value)
	case "tokens":
		if f.Offset = value == "offset"; !f.Offset && value != "keyset" {
			err = errTokens
		}
	default:
		err = errors.New("there is no such key")
	}
	return err
}

func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, errCount
	}
	return n, nil
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, errDuration
	}
	return d, nil
}

// String writes f as ParseFault reads it.
func (f Fault) String() string {
	parts := []string{string(f.Mode)}
	add := func(set bool, key, value string) {
		if set {
			parts = append(parts, key+"="+value)
		}
	}
	add(f.Resource != "", "on", string(f.Resource))
	add(f.Probability > 0, "p", strconv.FormatFloat(f.Probability, 'g', -1, 64))
	add(f.Skip > 0, "skip", strconv.Itoa(f.Skip))
	add(f.Times > 0, "times", strconv.Itoa(f.Times))
	add(f.RetryAfter > 0, "retry-after", f.RetryAfter.String())
	add(f.Delay > 0, "delay", f.Delay.String())
	add(f.Items > 0, "items", strconv.Itoa(f.Items))
	add(f.Offset, "tokens", "offset")
	return strings.Join(parts, ",")
}
