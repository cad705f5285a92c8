// Package policy evaluates IAM policy documents: resource policies and what
// authorizers return.
//
// Parse compiles a document once; Evaluate decides a request without parsing
// anything. A document is read-only.
//
//   - An explicit denial wins over every permission, and what no statement
//     allows is denied implicitly.
//   - Names of actions and condition keys are compared without regard to case,
//     resources with it.
//   - A statement without a principal is about whoever asks, as in an identity's
//     own policy; ParseResource wants a principal in each.
//
// See "IAM JSON policy elements reference" and "Policy evaluation logic".
package policy
