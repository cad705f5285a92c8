// Package stackapi is Postern's own HTTP API, under /_postern/: stacks, what
// they serve, and trying a method. The Server and the Client stand side by side;
// the command line is one user of the Client and has no other way in.
//
//	GET    /_postern/                            the console, a page for a browser
//	GET    /_postern/healthz, /livez, /readyz
//	GET    /_postern/api/v1/info                 Info
//	POST   /_postern/api/v1/check                CheckRequest → Problems
//	GET    /_postern/api/v1/stacks               → Stacks
//	GET    /_postern/api/v1/stacks/{name}        → Stack
//	POST   /_postern/api/v1/stacks/{name}/plan   StackRequest → Plan
//	PUT    /_postern/api/v1/stacks/{name}        StackRequest → lines of Line
//	DELETE /_postern/api/v1/stacks/{name}        → lines of Line
//	GET    /_postern/api/v1/endpoints            → Endpoints
//	POST   /_postern/api/v1/invoke               InvokeRequest → InvokeResponse
//	GET    /_postern/api/v1/functions            → Functions
//	GET    /_postern/api/v1/logs                 → lines of LogLine
//	GET    /_postern/api/v1/traces               → Traces, or with follow=true lines of Answered
//	GET    /_postern/api/v1/traces/{id}          → Trace
//
// Every document names its schema, such as postern.plan/1. Members are added to
// a schema, never removed or changed. A refusal is a Failure, with the problems
// of the template if that is the reason.
//
// Who is answered is decided by Server.Admit; otherwise it is programs on this
// machine: the connection and the Host must be those of a loopback address, and a
// browser's Origin the same as the Host. A gateway that knows credentials answers
// requests that are signed with them for the service "postern", from anywhere.
package stackapi
