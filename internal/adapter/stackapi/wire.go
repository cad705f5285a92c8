package stackapi

import "time"

// Schemas of the documents.
const (
	InfoSchema      = "postern.info/1"
	PlanSchema      = "postern.plan/1"
	ProblemsSchema  = "postern.problems/1"
	StacksSchema    = "postern.stacks/1"
	StackSchema     = "postern.stack/1"
	EndpointsSchema = "postern.endpoints/1"
	FunctionsSchema = "postern.functions/1"
	LineSchema      = "postern.line/1"
	InvokeSchema    = "postern.invoke/1"
	TracesSchema    = "postern.traces/1"
	TraceSchema     = "postern.trace/1"
	FailureSchema   = "postern.failure/1"
	HealthSchema    = "postern.health/1"
)

// A Template is the text of a template, with the name that positions in it have.
type Template struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// A StackRequest is what a stack shall become.
type StackRequest struct {
	Template     Template          `json:"template"`
	Parameters   map[string]string `json:"parameters,omitempty"`
	Tags         map[string]string `json:"tags,omitempty"`
	NoAutoDeploy bool              `json:"noAutoDeploy,omitempty"` // a template without Deployment or Stage is not served
	Dir          string            `json:"dir,omitempty"`          // of the template's file, absolute: paths in it are relative to that
}

// A CheckRequest is templates to be checked as if each were a new stack.
type CheckRequest struct {
	Templates []CheckTemplate `json:"templates"`
}

// A CheckTemplate is one of them.
type CheckTemplate struct {
	Stack string `json:"stack"`           // name it would have
	Keeps bool   `json:"keeps,omitempty"` // it may be an update: parameters without a value may keep one
	StackRequest
}

// Info is what a gateway was started with.
type Info struct {
	Schema    string            `json:"schema"`
	Version   string            `json:"version"`
	AccountID string            `json:"accountId"`
	Region    string            `json:"region"`
	DataDir   string            `json:"dataDir,omitempty"` // absolute; empty: in memory
	Links     map[string]string `json:"vpcLinks,omitempty"`
	Endpoints map[string]string `json:"endpoints,omitempty"` // of AWS services
	Traces    int               `json:"traces,omitempty"`    // requests that are remembered at most
	PID       int               `json:"pid"`
}

// Health is the body of healthz and readyz.
type Health struct {
	Schema  string   `json:"schema"`
	Service string   `json:"service"` // postern
	Version string   `json:"version"`
	Status  string   `json:"status"` // ok or unavailable
	Reasons []string `json:"reasons,omitempty"`
}

// A Problem is something wrong with a template, or worth a warning.
type Problem struct {
	Severity string   `json:"severity"` // error or warning
	File     string   `json:"file,omitempty"`
	Line     int      `json:"line,omitempty"`   // from 1
	Column   int      `json:"column,omitempty"` // from 1, in characters
	Width    int      `json:"width,omitempty"`  // characters to underline
	Path     []string `json:"path,omitempty"`
	Message  string   `json:"message"`
	Help     string   `json:"help,omitempty"`
	AWS      string   `json:"aws,omitempty"`  // what AWS would say
	Code     string   `json:"code,omitempty"` // stable name of the rule that was broken
	// Fails says of a warning that what is provisioned fails when it is used.
	Fails bool `json:"fails,omitempty"`
}

// Severities of a Problem.
const (
	SeverityError   = "error"
	SeverityWarning = "warning"
)

// Problems is the answer to a check.
type Problems struct {
	Schema   string    `json:"schema"`
	Problems []Problem `json:"problems"`
}

// A Plan is what would happen to a stack, or is going to.
type Plan struct {
	Schema     string         `json:"schema"`
	Stack      string         `json:"stack"`
	Template   string         `json:"template,omitempty"`
	Action     string         `json:"action"` // create, update, delete or none
	Changes    []Change       `json:"changes"`
	Outputs    []OutputChange `json:"outputs,omitempty"`
	Parameters bool           `json:"parametersChange,omitempty"`
	Tags       bool           `json:"tagsChange,omitempty"`
	Resources  int            `json:"resources"` // that the stack will have
	Warnings   []Problem      `json:"warnings,omitempty"`
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool { return p.Action == ActionNone }

// What is done with a stack or a resource.
const (
	ActionNone    = "none"
	ActionCreate  = "create"
	ActionUpdate  = "update"
	ActionReplace = "replace"
	ActionDelete  = "delete"
)

// A Change is what will happen to one resource.
type Change struct {
	Action      string           `json:"action"`
	LogicalID   string           `json:"logicalId"`
	Type        string           `json:"type"`
	PhysicalID  string           `json:"physicalId,omitempty"`
	Conditional bool             `json:"conditional,omitempty"` // whether it is replaced is known only then
	Retain      bool             `json:"retain,omitempty"`      // what is deleted or replaced stays, without the stack
	Scope       []string         `json:"scope,omitempty"`
	Properties  []PropertyChange `json:"properties,omitempty"`
	File        string           `json:"file,omitempty"`
	Line        int              `json:"line,omitempty"`
}

// A PropertyChange is a property that differs.
type PropertyChange struct {
	Name    string `json:"name"`
	Before  any    `json:"before"` // null: absent
	After   any    `json:"after"`  // null: absent
	Replace bool   `json:"replace,omitempty"`
	Unknown bool   `json:"unknown,omitempty"` // known only then
	Cause   string `json:"cause,omitempty"`   // the parameter or resource that makes it differ
}

// An OutputChange is an output that differs.
type OutputChange struct {
	Name   string `json:"name"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// A Line is one line of an answer that goes on while something is done. It has
// exactly one of its members. The first line is the plan, the last one a result.
type Line struct {
	Schema string  `json:"schema"`
	Plan   *Plan   `json:"plan,omitempty"`
	Event  *Event  `json:"event,omitempty"`
	Result *Result `json:"result,omitempty"`
}

// An Event is a step of the work.
type Event struct {
	Time       time.Time `json:"time"`
	LogicalID  string    `json:"logicalId"`
	Type       string    `json:"type"`
	PhysicalID string    `json:"physicalId,omitempty"`
	Status     string    `json:"status"` // as CloudFormation's
	Reason     string    `json:"reason,omitempty"`
	Millis     float64   `json:"ms,omitempty"`   // since the resource's work began
	Note       string    `json:"note,omitempty"` // a word about the result, such as MOCK
}

// A Result is how the work ended.
type Result struct {
	OK       bool      `json:"ok"`
	Stack    Stack     `json:"stack"`
	Reason   string    `json:"reason,omitempty"` // why it is not OK
	Problems []Problem `json:"problems,omitempty"`
	APIs     []API     `json:"apis,omitempty"` // of the stack
}

// A Stack is a stack as it is.
type Stack struct {
	Schema      string            `json:"schema,omitempty"`
	Name        string            `json:"name"`
	ID          string            `json:"id,omitempty"`
	Status      string            `json:"status"`
	Reason      string            `json:"reason,omitempty"`
	Description string            `json:"description,omitempty"`
	Template    string            `json:"template,omitempty"` // name of its file
	Created     time.Time         `json:"created,omitzero"`
	Updated     time.Time         `json:"updated,omitzero"`
	Parameters  map[string]string `json:"parameters,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Outputs     []Output          `json:"outputs,omitempty"`
	Notes       []string          `json:"notes,omitempty"`
	Resources   []Resource        `json:"resources,omitempty"`
}

// An Output is an output of a stack.
type Output struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Value       string `json:"value"`
	Export      string `json:"export,omitempty"`
}

// A Resource is a resource of a stack.
type Resource struct {
	LogicalID  string `json:"logicalId"`
	Type       string `json:"type"`
	PhysicalID string `json:"physicalId,omitempty"`
	Status     string `json:"status,omitempty"`
	Reason     string `json:"reason,omitempty"`
	Note       string `json:"note,omitempty"`
}

// Stacks is every stack.
type Stacks struct {
	Schema string  `json:"schema"`
	Stacks []Stack `json:"stacks"`
}

// Endpoints is every API with the addresses of what it serves.
type Endpoints struct {
	Schema string `json:"schema"`
	APIs   []API  `json:"apis"`
}

// An API is a REST API.
type API struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Stack  string  `json:"stack,omitempty"` // that made it
	Stages []Stage `json:"stages"`
}

// A Stage is a stage of an API.
type Stage struct {
	Name       string   `json:"name"`
	Deployment string   `json:"deployment,omitempty"`
	URL        string   `json:"url,omitempty"`     // works without DNS
	HostURL    string   `json:"hostUrl,omitempty"` // needs *.localhost to resolve
	Methods    []Method `json:"methods"`
	Problem    string   `json:"problem,omitempty"` // why it serves an older deployment or none
}

// A Method is a method that a stage serves.
type Method struct {
	HTTPMethod string `json:"httpMethod"`
	Path       string `json:"path"` // of the resource, with {variables}
	Type       string `json:"type"` // of its integration; empty: none
	URL        string `json:"url,omitempty"`

	// What says who calls, where the method asks for it.
	Headers []string `json:"headers,omitempty"` // names of header fields
	Query   []string `json:"query,omitempty"`   // names of query parameters
	Scope   string   `json:"scope,omitempty"`   // of a signature, such as aws:amz:us-east-1:execute-api
}

// Functions is every Lambda function.
type Functions struct {
	Schema    string     `json:"schema"`
	Functions []Function `json:"functions"`
}

// A Function is a Lambda function.
type Function struct {
	Name    string `json:"name"`
	ARN     string `json:"arn"`
	Runtime string `json:"runtime"`
	Handler string `json:"handler,omitempty"`
	Code    string `json:"code,omitempty"` // a folder or zip of this machine; empty: it was given whole
	Stack   string `json:"stack,omitempty"`
}

// A LogLine is a line of a function's log.
type LogLine struct {
	Time      time.Time `json:"time"`
	Function  string    `json:"function"`
	Stream    string    `json:"stream"`
	RequestID string    `json:"requestId,omitempty"`
	Text      string    `json:"text"`
}

// An InvokeRequest is a request to a method, from inside.
type InvokeRequest struct {
	Port    string      `json:"-"` // that the gateway was asked by
	API     string      `json:"api"`
	Stage   string      `json:"stage"`
	Method  string      `json:"method"`
	Path    string      `json:"path"`              // below the stage, with a query if there is one
	Headers [][2]string `json:"headers,omitempty"` // in their order
	Body    []byte      `json:"body,omitempty"`    // base64 in JSON
}

// An InvokeResponse is the answer to it.
type InvokeResponse struct {
	Schema  string      `json:"schema"`
	Status  int         `json:"status"`
	Headers [][2]string `json:"headers"`
	Body    []byte      `json:"body,omitempty"` // base64 in JSON
	Text    string      `json:"text,omitempty"` // the body, if it is text
	Log     []string    `json:"log,omitempty"`  // execution log, a line each
	Millis  float64     `json:"ms"`
}

// Traces is the last requests that the gateway answered, the oldest first.
type Traces struct {
	Schema string     `json:"schema"`
	Size   int        `json:"size"` // how many are remembered at most
	Traces []Answered `json:"traces"`
}

// An Answered is a request that the gateway answered. It has no secrets.
type Answered struct {
	Number     int64     `json:"number"`            // 1, 2, 3 … as they were answered
	RequestID  string    `json:"requestId"`         // x-amzn-RequestId
	ExtendedID string    `json:"extendedRequestId"` // x-amz-apigw-id
	TraceID    string    `json:"traceId"`           // X-Amzn-Trace-Id
	Time       time.Time `json:"time"`              // when it came
	API        string    `json:"api"`
	Stage      string    `json:"stage"`
	HTTPMethod string    `json:"httpMethod"`
	Resource   string    `json:"resourcePath,omitempty"` // empty: none was found
	Path       string    `json:"path"`                   // below the stage
	URL        string    `json:"url"`
	Client     string    `json:"sourceIp"`
	Status     int       `json:"status"`
	Millis     float64   `json:"ms"`

	BackendStatus int     `json:"integrationStatus,omitempty"` // missing: no backend answered
	BackendMillis float64 `json:"integrationMs,omitempty"`     // missing: no backend was called
	Cache         string  `json:"cache,omitempty"`             // hit or miss, if answers are kept
	RequestBytes  int     `json:"requestBytes"`
	ResponseBytes int     `json:"responseBytes"`

	Fault *Fault `json:"fault,omitempty"` // missing: the method answered
}

// A Fault is why a gateway response answered, and not the method.
type Fault struct {
	ResponseType string `json:"responseType"` // such as INTEGRATION_TIMEOUT
	Station      string `json:"station"`      // where the request was
	Message      string `json:"message,omitempty"`
	Log          string `json:"log,omitempty"`   // line of the execution log
	Cause        string `json:"cause,omitempty"` // what is known beyond that, such as the place in a template
}

// A Trace is a request with its execution log.
type Trace struct {
	Schema string `json:"schema"`
	Answered
	Headers [][2]string `json:"headers"` // as the client sent them
	Log     []TraceLine `json:"log"`
}

// A TraceLine is a line of an execution log.
type TraceLine struct {
	Time    time.Time `json:"time"`
	Station string    `json:"station"` // method request, integration request, backend, integration response, method response, gateway response
	Text    string    `json:"text"`
}

// A Failure is a refusal.
type Failure struct {
	Schema   string    `json:"schema"`
	Message  string    `json:"message"`
	Help     string    `json:"help,omitempty"`
	Code     string    `json:"code"`
	Problems []Problem `json:"problems,omitempty"` // of the template
}

// Codes of a Failure.
const (
	CodeInvalid    = "invalid"     // the request
	CodeTemplate   = "template"    // the template, see Problems
	CodeTooLarge   = "too-large"   // the request
	CodeNotFound   = "not-found"   // the stack, API or stage
	CodeConflict   = "conflict"    // the stack cannot be changed now
	CodeNotAllowed = "not-allowed" // not a local program
	CodeNoTraces   = "no-traces"   // the gateway remembers no requests
	CodeInternal   = "internal"
)
