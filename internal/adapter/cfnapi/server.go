package cfnapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"postern/internal/lang/cfn"
	"postern/internal/provision/stack"
)

// Version is the version of the API in every request.
const Version = "2010-05-15"

const (
	namespace = "http://cloudformation.amazonaws.com/doc/" + Version + "/"
	maxBody   = 64 << 20 // bytes of a request; a template may have less, see cfn.Limits
)

// A Server answers the API. Its fields are set before it serves. It is safe for
// concurrent use. Close it when it serves no more.
type Server struct {
	Stacks *stack.Engine
	Log    *slog.Logger // nil: nowhere

	work sync.WaitGroup // operations that are going on
	gone tombs
}

// Close waits until all operations on stacks have ended.
func (s *Server) Close() { s.work.Wait() }

// Serves reports whether a request is one of this API: a form, or a query, with
// its version.
func Serves(r *http.Request) bool {
	if r.URL.Path != "/" {
		return false
	}
	if r.Method == http.MethodGet {
		return r.URL.Query().Get("Version") == Version
	}
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || err != nil || t != "application/x-www-form-urlencoded" {
		return false
	}
	if strings.Contains(r.Header.Get("Authorization"), "/cloudformation/aws4_request") || r.URL.Query().Get("Version") == Version {
		return true
	}
	// Unsigned: look at the beginning of the form, and put it back.
	head := make([]byte, 4096)
	n, err := io.ReadFull(r.Body, head)
	r.Body = &rejoined{io.MultiReader(bytes.NewReader(head[:n]), r.Body), r.Body}
	return (err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) && bytes.Contains(head[:n], []byte("Version="+Version))
}

// A rejoined is a body of which a part was read already.
type rejoined struct {
	io.Reader
	io.Closer
}

// A call is one request.
type call struct {
	*Server
	ctx  context.Context
	form url.Values
}

// operations are what is answered. The result becomes the members of the
// operation's Result.
var operations = map[string]func(*call) (any, error){
	"CreateStack":                 (*call).createStack,
	"UpdateStack":                 (*call).updateStack,
	"DeleteStack":                 (*call).deleteStack,
	"ContinueUpdateRollback":      (*call).continueRollback,
	"DescribeStacks":              (*call).describeStacks,
	"ListStacks":                  (*call).listStacks,
	"DescribeStackEvents":         (*call).describeEvents,
	"DescribeStackResource":       (*call).describeResource,
	"DescribeStackResources":      (*call).describeResources,
	"ListStackResources":          (*call).listResources,
	"GetTemplate":                 (*call).getTemplate,
	"GetTemplateSummary":          (*call).getTemplateSummary,
	"ValidateTemplate":            (*call).validateTemplate,
	"CreateChangeSet":             (*call).createChangeSet,
	"DescribeChangeSet":           (*call).describeChangeSet,
	"ExecuteChangeSet":            (*call).executeChangeSet,
	"DeleteChangeSet":             (*call).deleteChangeSet,
	"ListChangeSets":              (*call).listChangeSets,
	"ListExports":                 (*call).listExports,
	"ListImports":                 (*call).listImports,
	"UpdateTerminationProtection": (*call).protect,
	"GetStackPolicy":              (*call).getStackPolicy,
}

// An Error is a refusal in the words of CloudFormation.
type Error struct {
	Status  int // HTTP
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// invalid is the error that nearly all refusals are.
func invalid(format string, args ...any) error {
	return &Error{http.StatusBadRequest, "ValidationError", fmt.Sprintf(format, args...)}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	id := requestID()
	w.Header().Set("x-amzn-RequestId", id)
	if err := r.ParseForm(); err != nil {
		s.fail(w, id, &Error{http.StatusBadRequest, "MalformedInput", "the request is no form of at most " + fmt.Sprint(maxBody) + " bytes"})
		return
	}
	action := r.Form.Get("Action")
	operation := operations[action]
	if operation == nil {
		s.fail(w, id, &Error{http.StatusBadRequest, "InvalidAction", fmt.Sprintf("%.80q is not an operation of CloudFormation that Postern has", action)})
		return
	}
	result, err := operation(&call{s, r.Context(), r.Form})
	if err != nil {
		s.fail(w, id, err)
		return
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	fmt.Fprintf(&b, "<%sResponse xmlns=%q>", action, namespace)
	enc := xml.NewEncoder(&b)
	if result != nil {
		if err := enc.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: action + "Result"}}); err != nil {
			s.fail(w, id, err)
			return
		}
	}
	fmt.Fprintf(&b, "<ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%sResponse>", id, action)
	w.Header().Set("Content-Type", "text/xml")
	_, _ = w.Write(b.Bytes())
}

// fail answers with an error.
func (s *Server) fail(w http.ResponseWriter, id string, err error) {
	e := s.refusal(err)
	var b bytes.Buffer
	fmt.Fprintf(&b, "<ErrorResponse xmlns=%q><Error><Type>%s</Type><Code>%s</Code><Message>", namespace, sender(e.Status), e.Code)
	_ = xml.EscapeText(&b, []byte(e.Message)) // a buffer takes everything
	fmt.Fprintf(&b, "</Message></Error><RequestId>%s</RequestId></ErrorResponse>", id)
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(e.Status)
	_, _ = w.Write(b.Bytes())
}

func sender(status int) string {
	if status >= 500 {
		return "Receiver"
	}
	return "Sender"
}

// refusal finds the words for an error of the engine.
func (s *Server) refusal(err error) *Error {
	var e *Error
	var template cfn.Errors
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &template):
		return &Error{http.StatusBadRequest, "ValidationError", sentence(template)}
	case errors.As(err, &tooLong):
		return &Error{http.StatusRequestEntityTooLarge, "MalformedInput", err.Error()}
	case errors.Is(err, stack.ErrNoChangeSet):
		return &Error{http.StatusNotFound, "ChangeSetNotFound", err.Error()}
	case errors.Is(err, context.Canceled):
		return &Error{http.StatusServiceUnavailable, "ServiceUnavailable", "the client went away"}
	case errors.Is(err, stack.ErrNoStack), errors.Is(err, stack.ErrBusy), errors.Is(err, stack.ErrStale), errors.Is(err, stack.ErrProtected):
		return &Error{http.StatusBadRequest, "ValidationError", err.Error()}
	}
	if s.Log != nil {
		s.Log.Error("CloudFormation API", "err", err)
	}
	return &Error{http.StatusBadRequest, "ValidationError", err.Error()}
}

// sentence tells what is wrong with a template: as AWS does where its words are
// known, with the place where they are not.
func sentence(es cfn.Errors) string {
	var lines []string
	for _, e := range es {
		if e.AWS != "" {
			return e.AWS
		}
		lines = append(lines, e.Error())
	}
	return "Template format error: " + strings.Join(lines, "\n")
}

func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it does not fail: see crypto/rand
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// text returns a parameter of the request.
func (c *call) text(name string) string { return c.form.Get(name) }

// list returns a parameter that is a list of texts.
func (c *call) list(name string) []string {
	var out []string
	for i := 1; ; i++ {
		k := fmt.Sprintf("%s.member.%d", name, i)
		if !c.form.Has(k) {
			return out
		}
		out = append(out, c.form.Get(k))
	}
}

// has reports whether a parameter, or a member of it, was given with a value.
func (c *call) has(name string) bool {
	for k, v := range c.form {
		if (k == name || strings.HasPrefix(k, name+".")) && len(v) > 0 && v[0] != "" {
			return true
		}
	}
	return false
}

// refuse refuses parameters that Postern does not obey.
func (c *call) refuse(names ...string) error {
	for _, name := range names {
		if c.has(name) && c.text(name) != "false" {
			return invalid("%s is not part of Postern; leave it out", name)
		}
	}
	return nil
}

// timestamp is a time as the API writes it.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
