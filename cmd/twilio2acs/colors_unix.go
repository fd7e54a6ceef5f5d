//go:build unix

package main

import "os"

// showsColors reports whether f is a terminal that understands colours.
func showsColors(f *os.File) bool { return isTerminal(f) && os.Getenv("TERM") != "dumb" }
