package acsdest

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// tell logs how an attempt went. Of the address it shows the path alone: the
// query of a next link belongs to the service, and bodies and headers to people.
func (p *attemptPolicy) tell(ctx context.Context, op limits.Operation, at *url.URL, resp *http.Response, err error, took time.Duration) {
	if !p.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{slog.String("operation", string(op)), slog.String("path", at.Path), slog.Duration("took", took)}
	if resp == nil {
		attrs = append(attrs, slog.String("error", oneLine(withoutURL(err).Error())))
		p.log.LogAttrs(ctx, slog.LevelDebug, "acs did not answer", attrs...)
		return
	}
	attrs = append(attrs, slog.Int("status", resp.StatusCode), slog.String("request", requestID(resp)))
	if id := created(resp); id != "" {
		attrs = append(attrs, slog.String("created", id))
	}
	p.log.LogAttrs(ctx, slog.LevelDebug, "acs answered", attrs...)
}

// created is the ID of the thread or message that an answer tells of.
func created(resp *http.Response) string {
	location, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || location.Path == "" {
		return ""
	}
	return path.Base(location.Path)
}
