// Package iam keeps roles and policies, as templates and clients of IAM write
// them. They are recorded: nothing here judges what a policy allows, and
// functions on this machine have the credentials of their environment.
//
// Every refusal is an *Error with IAM's code and sentence. Any other error is the
// store's or the context's.
package iam
