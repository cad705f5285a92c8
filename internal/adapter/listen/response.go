package listen

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"postern/internal/message"
)

// ours are the fields of a response that the front sets or leaves out (RFC 9110,
// section 7.6.1; RFC 9112, sections 6.1 and 6.2).
var ours = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Upgrade", "Content-Length", "Transfer-Encoding", "Trailer"}

// writeResponse writes res, whose status is a final one. Its length is the one that is declared; fields that
// describe the connection or the framing are not the gateway's to set.
func writeResponse(w http.ResponseWriter, r *http.Request, res *message.Response) error {
	h := w.Header()
	for _, f := range res.Header {
		if slices.ContainsFunc(ours, func(name string) bool { return message.EqualName(name, f.Name) }) {
			continue
		}
		h[f.Name] = append(h[f.Name], f.Value)
	}
	if h["Content-Type"] == nil {
		h["Content-Type"] = nil // the key keeps net/http from guessing
	}
	if r.ProtoMajor == 1 && h["Connection"] == nil {
		h["Connection"] = connection(r)
	}
	bodiless := res.Status == http.StatusNoContent || res.Status == http.StatusNotModified
	length := len(res.Body)
	if r.Method == http.MethodHead {
		bodiless = true
		length = declaredLength(res)
	}
	if !bodiless || r.Method == http.MethodHead && length > 0 {
		h["Content-Length"] = []string{strconv.Itoa(length)}
	}
	w.WriteHeader(res.Status)
	if !bodiless && length > 0 {
		body := res.Body
		if r.ProtoMajor == 2 {
			// When a client resets the stream, Write returns while a frame with
			// these bytes may still be on its way; they are not ours for so long.
			body = bytes.Clone(body)
		}
		if _, err := w.Write(body); err != nil {
			return err
		}
	}
	// The answer leaves before the luggage of the request is put away. A writer
	// that cannot flush does it later.
	if err := http.NewResponseController(w).Flush(); !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// connection returns the value of Connection. Observed: keep-alive is written
// out, and close when the client asked for it. Where net/http must close it says
// so instead.
func connection(r *http.Request) []string {
	if r.Close {
		return []string{"close"}
	}
	return []string{"keep-alive"}
}

// declaredLength returns the length that the answer to a HEAD would have as the
// answer to a GET, or 0 if nothing says so.
func declaredLength(res *message.Response) int {
	if len(res.Body) > 0 {
		return len(res.Body)
	}
	n, err := strconv.Atoi(res.Header.Get("Content-Length"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}
