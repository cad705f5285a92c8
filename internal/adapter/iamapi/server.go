// Package iamapi speaks the part of IAM's wire that has to do with roles and
// their policies: the query protocol, version 2010-05-08. The AWS CLI, the SDKs
// and Terraform talk to it. What they write is recorded, and judged by nobody.
package iamapi

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"postern/internal/iam"
)

const namespace = "https://iam.amazonaws.com/doc/2010-05-08/"

// maxForm is the largest form that is read, in bytes: several policies fit.
const maxForm = 1 << 20

// Service is what signatures for this API are made for.
const Service = "iam"

// Serves reports whether a request is signed for IAM.
func Serves(r *http.Request) bool {
	return r.URL.Path == "/" && strings.Contains(r.Header.Get("Authorization"), "/"+Service+"/aws4_request")
}

// A Server answers the API. It is safe for concurrent use.
type Server struct {
	Roles *iam.Service
	Log   *slog.Logger // nil: nowhere
}

// A call is one request.
type call struct {
	ctx   context.Context
	roles *iam.Service
	form  url.Values
}

func (c *call) get(name string) string { return c.form.Get(name) }

// operations are the actions that there are, by name.
var operations = map[string]func(*call) (any, error){
	"CreateRole":                  (*call).createRole,
	"GetRole":                     (*call).getRole,
	"ListRoles":                   (*call).listRoles,
	"UpdateRole":                  (*call).updateRole,
	"UpdateRoleDescription":       (*call).updateDescription,
	"UpdateAssumeRolePolicy":      (*call).updateTrust,
	"DeleteRole":                  (*call).deleteRole,
	"TagRole":                     (*call).tagRole,
	"UntagRole":                   (*call).untagRole,
	"ListRoleTags":                (*call).listRoleTags,
	"PutRolePolicy":               (*call).putRolePolicy,
	"GetRolePolicy":               (*call).getRolePolicy,
	"DeleteRolePolicy":            (*call).deleteRolePolicy,
	"ListRolePolicies":            (*call).listRolePolicies,
	"AttachRolePolicy":            (*call).attachRolePolicy,
	"DetachRolePolicy":            (*call).detachRolePolicy,
	"ListAttachedRolePolicies":    (*call).listAttachedRolePolicies,
	"ListInstanceProfilesForRole": (*call).listInstanceProfiles,
	"CreatePolicy":                (*call).createPolicy,
	"GetPolicy":                   (*call).getPolicy,
	"GetPolicyVersion":            (*call).getPolicyVersion,
	"ListPolicyVersions":          (*call).listPolicyVersions,
	"CreatePolicyVersion":         (*call).createPolicyVersion,
	"ListPolicies":                (*call).listPolicies,
	"ListEntitiesForPolicy":       (*call).listEntities,
	"DeletePolicy":                (*call).deletePolicy,
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := newRequestID()
	w.Header().Set("x-amzn-RequestId", id)
	w.Header().Set("Content-Type", "text/xml")
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		refuse(w, id, http.StatusBadRequest, "MalformedQueryString", "The query string contains a syntax error")
		return
	}
	action := r.Form.Get("Action")
	op := operations[action]
	if op == nil {
		refuse(w, id, http.StatusBadRequest, "InvalidAction", "Of IAM, Postern keeps roles and policies; it has no action "+strconv.Quote(action))
		return
	}
	result, err := op(&call{ctx: r.Context(), roles: s.Roles, form: r.Form})
	var refused *iam.Error
	switch {
	case errors.As(err, &refused):
		refuse(w, id, refused.Code.Status(), string(refused.Code), refused.Message)
		return
	case err != nil:
		if s.Log != nil && r.Context().Err() == nil {
			s.Log.Error("iam", "action", action, "requestId", id, "error", err)
		}
		refuse(w, id, http.StatusInternalServerError, "ServiceFailure", "The request processing has failed because of an unknown error, exception or failure.")
		return
	}
	write(w, http.StatusOK, &response{XMLName: xml.Name{Space: namespace, Local: action + "Response"}, Result: named(action+"Result", result), ID: id})
}

// A response is the answer to an action.
type response struct {
	XMLName xml.Name
	Result  any
	ID      string `xml:"ResponseMetadata>RequestId"`
}

// An element gives a value the name of its element.
type element struct {
	name  string
	value any
}

func named(name string, value any) any {
	if value == nil {
		return nil
	}
	return &element{name, value}
}

// MarshalXML implements xml.Marshaler.
func (e *element) MarshalXML(enc *xml.Encoder, _ xml.StartElement) error {
	return enc.EncodeElement(e.value, xml.StartElement{Name: xml.Name{Local: e.name}})
}

type failure struct {
	XMLName xml.Name `xml:"https://iam.amazonaws.com/doc/2010-05-08/ ErrorResponse"`
	Type    string   `xml:"Error>Type"`
	Code    string   `xml:"Error>Code"`
	Message string   `xml:"Error>Message"`
	ID      string   `xml:"RequestId"`
}

func refuse(w http.ResponseWriter, id string, status int, code, message string) {
	kind := "Sender"
	if status >= 500 {
		kind = "Receiver"
	}
	write(w, status, &failure{Type: kind, Code: code, Message: message, ID: id})
}

func write(w http.ResponseWriter, status int, document any) {
	text, err := xml.Marshal(document)
	if err != nil {
		http.Error(w, "internal failure", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // the client may be gone
}

// newRequestID returns a random UUID.
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
