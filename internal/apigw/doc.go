// Package apigw is API Gateway's nouns: what a REST API consists of, each noun
// with the one definition of its properties and the rules that join them.
//
// It knows how a thing is spelled and what may be said of it, and nothing of
// how anything runs.
//
// See "Amazon API Gateway REST API", version 2015-07-09.
package apigw
