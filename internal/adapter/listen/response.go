package listen

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"

	"postern/internal/message"
	"postern/internal/wire"
)

// An httpResponder answers over net/http.
type httpResponder struct {
	w http.ResponseWriter
	r *http.Request
}

func (h httpResponder) refuse(f *refusal) { f.write(h.w, h.r) }

// respond writes res. Fields that describe the connection or the framing are not
// the gateway's to set.
func (h httpResponder) respond(res *message.Response) error {
	w, r := h.w, h.r
	header := w.Header()
	for _, f := range res.Header {
		if !wire.Framing(f.Name) {
			header[f.Name] = append(header[f.Name], f.Value)
		}
	}
	if header["Content-Type"] == nil {
		header["Content-Type"] = nil // the key keeps net/http from guessing
	}
	if r.ProtoMajor == 1 && header["Connection"] == nil {
		header["Connection"] = connection(r)
	}
	length, body := framing(r.Method, res)
	if length >= 0 {
		header["Content-Length"] = []string{strconv.Itoa(length)}
	}
	w.WriteHeader(res.Status)
	if len(body) > 0 {
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

// framing returns the length that the answer to a method declares, or -1, and
// what is sent of its body.
func framing(method string, res *message.Response) (length int, body []byte) {
	switch {
	case res.Status == http.StatusNoContent || res.Status == http.StatusNotModified:
		return -1, nil
	case method == http.MethodHead:
		return declaredLength(res), nil
	}
	return len(res.Body), res.Body
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
// answer to a GET, or -1 if nothing says so.
func declaredLength(res *message.Response) int {
	if len(res.Body) > 0 {
		return len(res.Body)
	}
	n, err := strconv.Atoi(res.Header.Get("Content-Length"))
	if err != nil || n <= 0 {
		return -1
	}
	return n
}
