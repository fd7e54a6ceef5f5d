package main

import (
	"sync"
	"time"
)

// every calls do beside what goes on, once in each period, until stop is called. It is
// not called any more once that returns.
func every(period time.Duration, do func()) (stop func()) {
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(period)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				do()
			}
		}
	})
	return func() { close(quit); wg.Wait() }
}
