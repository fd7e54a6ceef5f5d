package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// readTimeout is how long a client may take to say what it wants.
	readTimeout = 10 * time.Second
	// writeTimeout bounds an answer, and with it how long a profile may be.
	writeTimeout = time.Minute
	// scrapeGrace is how long a scrape under way may take at the end of a run.
	scrapeGrace = time.Second
)

// Serve answers scrapes of http://addr/metrics until stop is called, which lets a
// scrape under way end. Beside it are profiles, which name functions of this program
// and nothing else: /debug/pprof/profile?seconds=5 of where the processor's time goes,
// /debug/pprof/heap of what holds memory, and /debug/pprof/goroutine of what waits
// where. It tells log where it listens, and warns if that is not this machine alone.
func (s *Set) Serve(ctx context.Context, addr string, log *slog.Logger) (stop func() error, err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve metrics: %w", err)
	}
	url := "http://" + listener.Addr().String() + "/metrics"
	if tcp, ok := listener.Addr().(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
		log.InfoContext(ctx, "metrics are served", "url", url)
	} else {
		log.WarnContext(ctx, "metrics can be read from other machines", "url", url)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.Handle("GET /debug/pprof/heap", pprof.Handler("heap"))
	mux.Handle("GET /debug/pprof/goroutine", pprof.Handler("goroutine"))
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelInfo),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	return sync.OnceValue(func() error { return stopServing(ctx, server, ended) }), nil
}

// stopServing lets the last scrape end, though the run may have been told to stop.
func stopServing(ctx context.Context, server *http.Server, ended <-chan error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), scrapeGrace)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		_ = server.Close() // somebody does not let go
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}
