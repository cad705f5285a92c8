package listen

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"postern/internal/sigv4"
)

// An Admission decides who may use what changes a gateway. With keys, that is
// who signs with one of them, wherever the request comes from. Without, it is
// this machine's own programs, whose signatures are not judged, or everybody if
// that is wanted. It is safe for concurrent use.
type Admission struct {
	Keys     func(accessKeyID string) (sigv4.Credentials, bool) // nil: none
	Region   string                                             // that signatures are for; empty: any
	Services []string                                           // that signatures are for; none: any
	Insecure bool                                               // without keys: everybody
	Domains  []string                                           // names that lead here too, see Local
	Body     int64                                              // bytes of a body that is signed; 0: as in Limits
	Now      func() time.Time                                   // nil: time.Now
}

// A Refused is who may not.
type Refused struct {
	Status  int
	Code    string // exception of AWS
	Message string // for the client; it may repeat parts of the request
}

// AccessDenied is the code for those whose signature would not help.
const AccessDenied = "AccessDeniedException"

// Admit returns why r may not pass, or nil. If it judges a signature, it reads
// the body and puts it back.
func (a *Admission) Admit(w http.ResponseWriter, r *http.Request) *Refused {
	if a.Keys != nil {
		return a.signed(w, r)
	}
	reason := ""
	if a.Insecure {
		reason = foreign(r)
	} else {
		reason = Local(r, a.Domains...)
	}
	if reason != "" {
		return &Refused{http.StatusForbidden, AccessDenied, reason}
	}
	return nil
}

func (a *Admission) signed(w http.ResponseWriter, r *http.Request) *Refused {
	limit := a.Body
	if limit == 0 {
		limit = Limits{}.orQuota().Body
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return &Refused{http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", tooLong(limit).body}
		}
		return &Refused{http.StatusBadRequest, "SerializationException", "the body could not be read"}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	v := &sigv4.Verifier{Credentials: a.Keys, Region: a.Region, Services: a.Services, Now: a.Now}
	if _, err := v.Verify(sigv4.FromHTTP(r, body)); err != nil {
		refused := &Refused{http.StatusForbidden, AccessDenied, "the signature is refused"}
		if e, ok := errors.AsType[*sigv4.Error](err); ok {
			refused.Code, refused.Message = string(e.Code), e.Message
		}
		return refused
	}
	return nil
}
