package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// showsColors has the console f understand colours, which it does only when asked to,
// and reports whether it does.
func showsColors(f *os.File) bool {
	console := windows.Handle(f.Fd())
	var mode uint32
	return windows.GetConsoleMode(console, &mode) == nil &&
		windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
