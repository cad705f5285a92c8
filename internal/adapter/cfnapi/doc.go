// Package cfnapi is the CloudFormation API over HTTP: what the AWS CLI, SAM, CDK
// and the SDKs call to deploy a template.
//
// Requests are forms (the query protocol, version 2010-05-15), answers are XML. A
// Server translates between them and the stack engine and has no rules of its
// own. What CloudFormation has and Postern has not is refused with a sentence,
// and so are parameters that would change what happens.
//
// An operation on a stack is begun when its answer is sent, and goes on without
// the client. It is usually over by then: clients poll, and accept that.
//
// See "AWS CloudFormation API Reference".
package cfnapi
