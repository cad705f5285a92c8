package listen

import (
	"fmt"
	"net/http"
	"strconv"

	"postern/internal/message"
)

// writeResponse writes res. Its length is the one that is declared; fields that
// describe the connection or the framing are not the gateway's to set.
func writeResponse(w http.ResponseWriter, r *http.Request, res *message.Response) error {
	if res.Status < 200 || res.Status > 999 {
		return fmt.Errorf("status %d cannot be sent, expected 200 to 999", res.Status)
	}
	h := w.Header()
	for _, f := range res.Header {
		switch http.CanonicalHeaderKey(f.Name) {
		case "Connection", "Keep-Alive", "Proxy-Connection", "Upgrade", "Content-Length", "Transfer-Encoding", "Trailer":
			continue
		}
		h[f.Name] = append(h[f.Name], f.Value)
	}
	if !res.Header.Has("Content-Type") {
		h["Content-Type"] = nil // net/http would guess
	}
	if r.ProtoMajor == 1 && h["Connection"] == nil {
		h["Connection"] = []string{"keep-alive"} // Observed: written out; net/http makes it close where it must
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
		if _, err := w.Write(res.Body); err != nil {
			return err
		}
	}
	return http.NewResponseController(w).Flush()
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
