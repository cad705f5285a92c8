// Package auth finds out who is calling: by a signature (IAM), by asking a
// Lambda function (Lambda authorizers), or by the token of a Cognito user pool.
//
// It knows no noun of API Gateway: it takes options, and what it finds is for
// the corridor to judge.
package auth
