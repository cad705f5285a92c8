// Package sigv4 verifies and makes AWS signatures of version 4, in the header
// form and in the query form of presigned addresses.
//
// A Verifier judges a Request and names its Caller. What it refuses is an
// *Error, which has the code and the sentence that AWS answers with. Sign and
// Transport make signatures of the header form.
//
// The canonical request is written in one place, canonical.go, for all of them.
//
// See "AWS Signature Version 4 for API requests" and "Create a signed AWS API
// request".
package sigv4
