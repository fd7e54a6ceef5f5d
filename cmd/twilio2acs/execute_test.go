package main

import "strings"

// executed runs a command line in this process and returns what it tells on stderr.
func executed(args ...string) (exit int, told string) {
	var out, err strings.Builder
	exit = execute(args, &streams{in: strings.NewReader(""), out: &resultWriter{w: &out}, err: &console{w: &err}})
	return exit, err.String()
}
