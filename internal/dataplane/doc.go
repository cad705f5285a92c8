// Package dataplane is the corridor: it turns a request to a deployed REST API
// into an answer.
//
// A request walks four stations in an order that API Gateway has fixed:
//
//	method request        method_request.go         may it come in?
//	integration request   integration_request.go    what does the backend get?
//	    integration       integration.go            the call
//	integration response  integration_response.go   what did it answer?
//	method response       method_response.go        what does the client get?
//
// An error anywhere is a *Fault and leaves by the side door,
// gateway_response.go, in the API's own words if it has any.
//
// Compile prepares all that can be known when a stage is deployed; after it a
// Stage is read-only. What belongs to one request travels in an exchange.
package dataplane
