package listen

import (
	"strconv"
	"strings"

	"postern/internal/message"
)

// parseHead reads the head of an HTTP/1.1 request, its empty line included, and
// returns how many bytes of body follow: -1 if that is not known. It returns no
// head for the preface of HTTP/2. What net/http will refuse it need not get
// right.
func parseHead(text string) (h *head, body int64) {
	h = &head{}
	text = strings.TrimLeft(text, "\r\n")
	line, rest := cutLine(h, text)
	if line == "PRI * HTTP/2.0" {
		return nil, -1
	}
	lengths, codings := 0, 0
	for line, rest = cutLine(h, rest); line != ""; line, rest = cutLine(h, rest) {
		if line[0] == ' ' || line[0] == '\t' {
			h.ambiguous = true // a folded line (RFC 9112, section 5.2)
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			h.ambiguous = true
			continue
		}
		value = strings.Trim(value, " \t")
		h.fields.Add(name, value)
		switch {
		case message.EqualName(name, "Content-Length"):
			lengths++
			n, err := strconv.ParseUint(value, 10, 62)
			if err != nil {
				h.ambiguous = true
			}
			body = int64(n)
		case message.EqualName(name, "Transfer-Encoding"):
			codings++
		}
	}
	h.ambiguous = h.ambiguous || lengths+codings > 1 ||
		codings > 0 && !strings.HasSuffix(firstLine(text), " HTTP/1.1")
	if h.ambiguous || codings > 0 {
		h.mustClose, body = true, -1
	}
	return h, body
}

// cutLine cuts a line off text. A line that does not end in CR LF, or has a CR
// elsewhere, makes the head ambiguous.
func cutLine(h *head, text string) (line, rest string) {
	line, rest, _ = strings.Cut(text, "\n")
	line, ok := strings.CutSuffix(line, "\r")
	if !ok || strings.Contains(line, "\r") {
		h.ambiguous = true
	}
	return line, rest
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\r\n")
	return line
}
