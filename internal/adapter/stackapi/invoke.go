package stackapi

import (
	"net"
	"net/http"
	"strings"
	"unicode/utf8"
)

func (s *Server) invoke(w http.ResponseWriter, r *http.Request) error {
	var in InvokeRequest
	if err := read(w, r, &in); err != nil {
		return err
	}
	switch {
	case in.API == "" || in.Stage == "":
		return invalid("api and stage are needed")
	case in.Method == "":
		return invalid("method is needed, such as GET")
	case !strings.HasPrefix(in.Path, "/"):
		return invalid("the path is %s, expected it to begin with a slash", quoted(in.Path))
	}
	_, in.Port, _ = net.SplitHostPort(r.Host)
	out, err := s.Invoke(r.Context(), in)
	if err != nil {
		return err
	}
	out.Schema = InvokeSchema
	if utf8.Valid(out.Body) {
		out.Text = string(out.Body)
	}
	write(w, http.StatusOK, out)
	return nil
}
