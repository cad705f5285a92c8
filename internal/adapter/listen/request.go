package listen

import (
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"strings"

	"postern/internal/message"
)

// request makes the message of r, its body aside. Host is one of its fields,
// whether the client wrote it or HTTP/2 carried it as :authority.
func (h *Handler) request(r *http.Request, limits Limits) (*message.Request, *refusal) {
	if len(r.RequestURI) > limits.URL {
		return nil, urlTooLong
	}
	path, query, ok := splitTarget(r.RequestURI)
	if !ok {
		return nil, badRequest
	}
	header := fields(r)
	size := 0
	for _, f := range header {
		size += len(f.Name) + len(": ") + len(f.Value) + len("\r\n")
	}
	if size > limits.Headers {
		return nil, headersTooLong
	}
	req := &message.Request{
		Method:   r.Method,
		Scheme:   "http",
		Host:     r.Host,
		Path:     path,
		Query:    query,
		Header:   header,
		Peer:     r.RemoteAddr,
		Received: h.now(),
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		req.Peer = host
	}
	if addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		if _, port, err := net.SplitHostPort(addr.String()); err == nil {
			req.Port = port
		}
	}
	if r.TLS != nil {
		req.Scheme = "https"
		req.TLS = &message.TLS{Version: tlsVersion(r.TLS.Version), CipherSuite: tls.CipherSuiteName(r.TLS.CipherSuite)}
	}
	return req, nil
}

// splitTarget returns path and query as they were sent. The absolute form of a
// target (RFC 9112, section 3.2.2) loses its scheme and host, which net/http has
// taken for r.Host; the other forms are not for a gateway.
func splitTarget(target string) (path, query string, ok bool) {
	if !strings.HasPrefix(target, "/") {
		scheme, rest, isURL := strings.Cut(target, "://")
		if !isURL || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
			return "", "", false
		}
		i := strings.IndexAny(rest, "/?")
		if i < 0 {
			return "/", "", true
		}
		if target = rest[i:]; target[0] == '?' {
			target = "/" + target
		}
	}
	path, query, _ = strings.Cut(target, "?")
	return path, query, true
}

// fields returns the header, as the client wrote it if the Server has seen it.
func fields(r *http.Request) message.Header {
	if head := headOf(r); head != nil {
		return head.fields
	}
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	out := make(message.Header, 0, len(names)+1)
	if r.Host != "" {
		out.Add("Host", r.Host)
	}
	for _, name := range names {
		spelled := name
		if r.ProtoMajor == 2 {
			spelled = strings.ToLower(name)
		}
		for _, v := range r.Header[name] {
			out.Add(spelled, v)
		}
	}
	return out
}

// tlsVersion names a version as $context.tlsVersion does.
func tlsVersion(v uint16) string {
	switch v {
	case tls.VersionTLS12:
		return "TLSv1.2"
	case tls.VersionTLS13:
		return "TLSv1.3"
	}
	return tls.VersionName(v)
}
