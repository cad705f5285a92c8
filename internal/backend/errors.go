package backend

import "strconv"

// This file holds the ways a call can fail. Each error prints the line that API
// Gateway writes to the execution log; what happened beneath is unwrapped.
//
// Observed: the texts of Timeout, of Network with "Connection is closed" and
// "Connection reset by peer", of InvalidEndpoint, of Untrusted for an unknown
// issuer, of WrongName and of TooLarge.

const (
	configurationError = "Execution failed due to configuration error: "
	networkError       = "Execution failed due to a network error communicating with endpoint: "
)

// A Timeout says that the deadline passed before the response was complete.
type Timeout struct{ Err error }

func (*Timeout) Error() string   { return "Execution failed due to a timeout error" }
func (e *Timeout) Unwrap() error { return e.Err }

// A Network error says that there was no connection, or none that lasted, or no
// HTTP on it.
type Network struct {
	Reason string
	Err    error
}

func (e *Network) Error() string { return networkError + e.Reason }
func (e *Network) Unwrap() error { return e.Err }

// Reasons of a Network error.
const (
	Closed          = "Connection is closed"
	Reset           = "Connection reset by peer"
	Refused         = "Connection refused"
	Unreachable     = "Network is unreachable"
	NoRoute         = "No route to host"
	ConnectTimedOut = "Connection timed out"
	NotTLS          = "Unrecognized SSL message, plaintext connection?"
	NotHTTP         = "Malformed HTTP response"
	FatalAlert      = "Received fatal alert: " // and the alert's name
)

// An InvalidEndpoint says that the URL cannot be called: it is malformed, its
// host has no address, or that address is one not to be called.
type InvalidEndpoint struct{ Err error }

func (*InvalidEndpoint) Error() string {
	return configurationError + "Invalid endpoint address"
}
func (e *InvalidEndpoint) Unwrap() error { return e.Err }

// An InvalidRequest says that the method or a header field cannot be sent as
// HTTP, as with a line break in a value.
type InvalidRequest struct{ Reason string }

func (e *InvalidRequest) Error() string { return configurationError + e.Reason }

// An Untrusted error says that the backend's certificate was not accepted.
type Untrusted struct {
	Expired bool // or not valid yet; else no way to a trusted root was found
	Err     error
}

func (e *Untrusted) Error() string {
	if e.Expired {
		return configurationError + "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed"
	}
	return configurationError + "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target"
}
func (e *Untrusted) Unwrap() error { return e.Err }

// A WrongName error says that the backend's certificate is for another host.
type WrongName struct {
	Host    string // of the URL
	Subject string // of the certificate, as CN=…
	Err     error
}

func (e *WrongName) Error() string {
	return configurationError + "Host name '" + e.Host + "' does not match the certificate subject provided by the peer (" + e.Subject + ")"
}
func (e *WrongName) Unwrap() error { return e.Err }

// A TooLarge error says that the response has more bytes than may be read.
type TooLarge struct {
	Length int64 // bytes, as the backend declared them; else those read before giving up
	Limit  int64 // bytes
}

func (e *TooLarge) Error() string {
	return configurationError + "Integration response of reported length " + strconv.FormatInt(e.Length, 10) +
		" is larger than allowed maximum of " + strconv.FormatInt(e.Limit, 10) + " bytes."
}

// A NotConfigured error says that a service of AWS can only be called once an
// operator has said where it is or who calls.
type NotConfigured struct {
	Service string // as integration URIs have it
	Err     error  // why there are no credentials; may be nil
}

func (e *NotConfigured) Error() string {
	return configurationError + "there are neither credentials for AWS nor an endpoint for " + e.Service +
		"; --endpoint " + e.Service + "=URL or AWS_ENDPOINT_URL names one"
}
func (e *NotConfigured) Unwrap() error { return e.Err }
