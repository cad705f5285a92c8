package control

import (
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// Refusal returns the first thing wrong with a noun as an *apigw.Error in API
// Gateway's own words, where they are known, or nil if nothing is wrong. The
// error wraps the *property.Error, for surfaces with positions.
func Refusal(errs property.Errors) error {
	failures := errs.Failures()
	if len(failures) == 0 {
		return nil
	}
	e := failures[0]
	refusal := apigw.BadRequest("%s", e.AWS)
	if e.AWS == "" {
		refusal.Message = e.Error()
	}
	if strings.HasPrefix(e.AWS, "1 validation error detected: ") {
		refusal.Code = apigw.ValidationException
	}
	refusal.Err = e
	return refusal
}

// refuse is a refusal that concerns one property: sentence is API Gateway's.
func refuse(name string, found any, sentence string) error {
	return Refusal(property.Errors{property.Bad(name, found, "%s", sentence).Saying(sentence)})
}

// Refusals that several operations share. See section "Messages" of the
// control plane's reference; all are observed.

func (s *Service) unknownAPI(api string) error {
	return apigw.NotFound("Invalid API identifier specified %s:%s", s.accountID(), api)
}

func unknownResource() error { return apigw.NotFound("Invalid Resource identifier specified") }
func unknownMethod() error   { return apigw.NotFound("Invalid Method identifier specified") }
func unknownIntegration() error {
	return apigw.NotFound("Invalid Integration identifier specified")
}
func unknownResponse() error { return apigw.NotFound("Invalid Response status code specified") }

// needAPI returns a refusal if there is no such API.
func (s *Service) needAPI(r reader, api string) error {
	ok, err := r.has(restAPIKey(api))
	if err == nil && !ok {
		err = s.unknownAPI(api)
	}
	return err
}
