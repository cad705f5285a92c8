// Package neighbors answers for the AWS services beside API Gateway that clients
// call through the same endpoint: who is calling, as STS says it, and for all
// others that they are not part of Postern, in the protocol that the client
// reads.
//
// The service is the one of the credential scope of the signature, which is not
// judged here; without a signature, the one that the form of the request shows.
package neighbors

import (
	"crypto/rand"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// own are the services that Postern answers itself.
var own = []string{"apigateway", "cloudformation", "execute-api", "iam", "lambda", "logs", "postern"}

// STS is the service that the answer to GetCallerIdentity is signed for.
const STS = "sts"

// maxForm is the largest form that is read, in bytes.
const maxForm = 1 << 20

// Foreign reports whether a request is signed for, or formed like one of, a
// service that is neither Postern's nor STS. What Refuse answers to it depends
// on nothing that is Postern's.
func Foreign(r *http.Request) bool {
	switch service := scope(r); {
	case service == STS:
		return false
	case service != "":
		return !slices.Contains(own, service)
	}
	return r.Header.Get("X-Amz-Target") != ""
}

// Serves reports whether a request that is not Foreign is for STS: signed for
// it, or a query of an action, which no operation of API Gateway is.
func Serves(r *http.Request) bool {
	return scope(r) == STS || scope(r) == "" && isQuery(r)
}

// scope returns the service that a request is signed for, or "".
func scope(r *http.Request) string {
	credential := r.URL.Query().Get("X-Amz-Credential")
	if _, rest, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		credential, _, _ = strings.Cut(rest, ",")
	}
	// key/date/region/service/aws4_request; a key may hold slashes.
	parts := strings.Split(strings.TrimSpace(credential), "/")
	if len(parts) < 5 || parts[len(parts)-1] != "aws4_request" {
		return ""
	}
	return parts[len(parts)-2]
}

// isQuery reports whether a request has the form of AWS's query protocol.
func isQuery(r *http.Request) bool {
	if r.URL.Path != "/" {
		return false
	}
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && err == nil && t == "application/x-www-form-urlencoded" || r.URL.Query().Has("Action")
}

// A Server answers what Serves reports. It is safe for concurrent use.
type Server struct {
	AccountID string
	Partition string // empty: aws
}

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// callerIdentity is the answer of GetCallerIdentity.
//
// See "GetCallerIdentity" of the AWS Security Token Service.
type callerIdentity struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	ARN       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

// ServeHTTP implements http.Handler. Whoever is admitted may do everything, so
// that GetCallerIdentity names the account's root.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		writeQueryError(w, http.StatusBadRequest, "MalformedInput", "the request is no form of at most 1 MiB", stsNamespace)
		return
	}
	if r.Form.Get("Action") != "GetCallerIdentity" {
		Refuse(w, r)
		return
	}
	partition := s.Partition
	if partition == "" {
		partition = "aws"
	}
	id := requestID(w)
	writeXML(w, http.StatusOK, &callerIdentity{ARN: "arn:" + partition + ":iam::" + s.AccountID + ":root", UserID: s.AccountID, Account: s.AccountID, RequestID: id})
}

// Refuse answers that a service is not part of Postern. The status is one that
// clients do not try again.
func Refuse(w http.ResponseWriter, r *http.Request) {
	const status = http.StatusNotImplemented
	service, action := scope(r), r.URL.Query().Get("Action")
	target := r.Header.Get("X-Amz-Target")
	query := target == "" && isQuery(r)
	if query && action == "" {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if r.ParseForm() == nil {
			action = r.Form.Get("Action")
		}
	}
	if target != "" {
		action = target
	}
	what := service
	switch {
	case what == "":
		what = action
	case action != "":
		what += " (" + action + ")"
	}
	message := fmt.Sprintf("%.200s is not part of Postern, which answers API Gateway (REST APIs), CloudFormation, Lambda, roles of IAM, functions' logs of CloudWatch Logs and GetCallerIdentity of STS: lead the endpoint of this service elsewhere", what)
	switch {
	case target != "":
		writeJSON(w, status, r.Header.Get("Content-Type"), message)
	case service == "ec2":
		requestID(w)
		writeXML(w, status, &ec2Error{Code: notImplemented, Message: message})
	case query:
		writeQueryError(w, status, notImplemented, message, "")
	case slices.Contains([]string{"s3", "s3express", "route53", "cloudfront"}, service):
		id := requestID(w)
		writeXML(w, status, &restError{Code: notImplemented, Message: message, RequestID: id})
	default:
		writeJSON(w, status, "application/json", message)
	}
}

const notImplemented = "NotImplemented"

// The errors of the XML protocols.
type (
	queryError struct {
		XMLName   xml.Name
		Type      string `xml:"Error>Type"`
		Code      string `xml:"Error>Code"`
		Message   string `xml:"Error>Message"`
		RequestID string `xml:"RequestId"`
	}
	ec2Error struct {
		XMLName   xml.Name `xml:"Response"`
		Code      string   `xml:"Errors>Error>Code"`
		Message   string   `xml:"Errors>Error>Message"`
		RequestID string   `xml:"RequestID"`
	}
	restError struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		RequestID string `xml:"RequestId"`
	}
)

func writeQueryError(w http.ResponseWriter, status int, code, message, namespace string) {
	id := requestID(w)
	writeXML(w, status, &queryError{XMLName: xml.Name{Space: namespace, Local: "ErrorResponse"}, Type: "Sender", Code: code, Message: message, RequestID: id})
}

func writeXML(w http.ResponseWriter, status int, v any) {
	text, err := xml.Marshal(v)
	if err != nil { // these structs always have XML
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = w.Write(append([]byte(xml.Header), text...)) // the client may be gone
}

// writeJSON answers in the JSON protocols, whose media type is the request's.
func writeJSON(w http.ResponseWriter, status int, mediaType, message string) {
	requestID(w)
	if mediaType == "" {
		mediaType = "application/x-amz-json-1.1"
	}
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("x-amzn-ErrorType", notImplemented+"Exception")
	w.WriteHeader(status)
	text, err := json.Marshal(map[string]string{"__type": notImplemented + "Exception", "message": message})
	if err == nil {
		_, _ = w.Write(text)
	}
}

// requestID gives the answer a random UUID.
func requestID(w http.ResponseWriter) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	id := fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	w.Header().Set("x-amzn-RequestId", id)
	return id
}
