package backend

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http/httputil"
	"strconv"
	"strings"

	"postern/internal/message"
	"postern/internal/wire"
)

// This file reads responses of HTTP/1.1 (RFC 9112). It takes what others take
// (a line feed alone, folded fields) where that has one meaning only.

var errNotHTTP = errors.New("malformed HTTP response")

// A responseHead is the first lines of a response.
type responseHead struct {
	status   int
	fields   message.Header // but those that frame the body
	length   int64          // of the body, bytes; -1: to the end of the connection
	declared string         // length as it was written
	chunked  bool
	old      bool // HTTP/1.0
	last     bool // the connection ends with this response
}

// head reads a head with its empty line.
func (x *exchange) head() (string, error) {
	in := x.conn.in
	if _, err := in.Peek(1); err != nil {
		return "", err
	}
	x.begun = true
	seen, _ := in.Peek(in.Buffered())
	if i := bytes.Index(seen, []byte("\r\n\r\n")); i >= 0 {
		text := string(seen[:i+4])
		_, err := in.Discard(i + 4)
		return text, err
	}
	var text []byte
	for {
		line, err := in.ReadSlice('\n')
		text = append(text, line...)
		switch {
		case len(text) > maxHead, err == nil && len(text) == len(line) && !isStatus(string(line)):
			return "", errNotHTTP
		case err == bufio.ErrBufferFull:
		case err == io.EOF && bytes.IndexByte(text, '\n') < 0:
			return "", errNotHTTP // not even one line
		case err != nil:
			return "", unexpected(err)
		case len(bytes.TrimRight(line, "\r\n")) == 0 && (len(text) == len(line) || text[len(text)-len(line)-1] == '\n'):
			return string(text), nil
		}
	}
}

// parseHead reads what a head says.
func parseHead(text string) (*responseHead, error) {
	line, text := cutLine(text)
	if !isStatus(line) {
		return nil, errNotHTTP
	}
	h := &responseHead{length: -1}
	for _, c := range line[9:12] {
		if c < '0' || c > '9' {
			return nil, errNotHTTP
		}
		h.status = 10*h.status + int(c-'0')
	}
	if h.status < 100 || len(line) > 12 && line[12] != ' ' {
		return nil, errNotHTTP
	}
	h.old = line[7] == '0'
	h.last = h.old
	h.fields = make(message.Header, 0, strings.Count(text, "\n")-1)
	for {
		line, text = cutLine(text)
		if line == "" {
			return h, h.agree()
		}
		for text != "" && (text[0] == ' ' || text[0] == '\t') { // folded (RFC 9112, section 5.2)
			var more string
			more, text = cutLine(text)
			line = strings.TrimRight(line, " \t") + " " + strings.Trim(more, " \t")
		}
		colon := strings.IndexByte(line, ':')
		if colon < 0 {
			return nil, errNotHTTP
		}
		name, value := line[:colon], strings.Trim(line[colon+1:], " \t")
		if !wire.ValidName(name) || !wire.ValidValue(value) {
			return nil, errNotHTTP
		}
		keep, err := h.framed(name, value)
		if err != nil {
			return nil, err
		}
		if keep {
			h.fields = append(h.fields, message.Field{Name: name, Value: value})
		}
	}
}

// isStatus reports whether a line begins like the first one of a response.
func isStatus(line string) bool {
	return len(line) >= len("HTTP/1.1 200") && line[:7] == "HTTP/1." && line[7] >= '0' && line[7] <= '9' && line[8] == ' '
}

// framed takes note of a field that frames the body. It reports whether the
// field is for others as well.
func (h *responseHead) framed(name, value string) (keep bool, err error) {
	switch len(name) {
	case len("Connection"):
		if message.EqualName(name, "Connection") {
			for token := range strings.SplitSeq(value, ",") {
				switch token = strings.Trim(token, " \t"); {
				case message.EqualName(token, "close"):
					h.last = true
				case message.EqualName(token, "keep-alive"):
					h.last = false
				}
			}
		}
	case len("Content-Length"):
		if message.EqualName(name, "Content-Length") {
			n, err := strconv.ParseUint(value, 10, 62)
			again := h.length >= 0
			if err != nil || again && h.declared != value {
				return false, errNotHTTP
			}
			h.length, h.declared = int64(n), value
			return !again, nil
		}
	case len("Transfer-Encoding"):
		if message.EqualName(name, "Transfer-Encoding") {
			if h.chunked || !message.EqualName(value, "chunked") {
				return false, errNotHTTP
			}
			h.chunked = true
			return false, nil
		}
	case len("Trailer"):
		return !message.EqualName(name, "Trailer"), nil
	}
	return true, nil
}

// agree has chunks win over a length, and does not trust the connection then.
func (h *responseHead) agree() error {
	if !h.chunked {
		return nil
	}
	if h.old {
		return errNotHTTP // HTTP/1.0 has no chunks
	}
	if h.length >= 0 {
		h.last, h.length = true, -1
		h.fields.Del("Content-Length")
	}
	return nil
}

// cutLine cuts a line off text, without its end.
func cutLine(text string) (line, rest string) {
	line, rest, _ = strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r"), rest
}

// chunked reads a body in chunks, and what follows it.
func (x *exchange) chunked(limit int64) ([]byte, error) {
	in := x.conn.in
	body, err := readAll(io.LimitReader(httputil.NewChunkedReader(in), limit+1), 512)
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, &TooLarge{Length: int64(len(body)), Limit: limit}
	}
	for total := 0; total <= maxHead; { // trailers are for nobody
		line, err := in.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return nil, unexpected(err)
		}
		if total += len(line); err == nil && len(bytes.TrimRight(line, "\r\n")) == 0 {
			return body, nil
		}
	}
	return nil, errNotHTTP
}

// readAll reads r to its end, with room for size bytes at the beginning.
func readAll(r io.Reader, size int) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(size + bytes.MinRead)
	if _, err := buf.ReadFrom(r); err != nil {
		return nil, err
	}
	if buf.Len() == 0 {
		return nil, nil
	}
	return buf.Bytes(), nil
}
