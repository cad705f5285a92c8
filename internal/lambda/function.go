package lambda

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"postern/internal/function"
	"postern/internal/property"
)

// A Function is one version of a Lambda function: its configuration, and where
// its code is.
//
// See "FunctionConfiguration" and "AWS::Lambda::Function".
type Function struct {
	Name         string            `json:"name"`
	Version      string            `json:"version"`
	Description  string            `json:"description,omitempty"`
	Runtime      string            `json:"runtime,omitempty"`
	Role         string            `json:"role"`
	Handler      string            `json:"handler,omitempty"`
	Timeout      time.Duration     `json:"timeout"`    // of one invocation
	MemorySize   int64             `json:"memorySize"` // MB
	Environment  *Environment      `json:"environment,omitempty"`
	Layers       []string          `json:"layers,omitempty"` // ARNs of versions
	Package      string            `json:"package"`          // Zip
	Architecture []string          `json:"architecture"`
	Storage      *EphemeralStorage `json:"storage,omitempty"`
	Tracing      *Tracing          `json:"tracing,omitempty"`
	VPC          *VPC              `json:"vpc,omitempty"`
	DeadLetter   *DeadLetter       `json:"deadLetter,omitempty"`
	KMSKey       string            `json:"kmsKey,omitempty"`
	SnapStart    *SnapStart        `json:"snapStart,omitempty"`
	Logging      *Logging          `json:"logging,omitempty"`
	RevisionID   string            `json:"revisionId"`
	Modified     time.Time         `json:"modified"`
	Source       Source            `json:"source"`
}

// An Environment is the variables that a function adds to its environment.
type Environment struct {
	Variables map[string]string `json:"variables"`
}

// Properties implements property.Noun.
func (e *Environment) Properties() property.List {
	return property.List{{Name: "variables", Value: property.TextMap(&e.Variables, "^[a-zA-Z][a-zA-Z0-9_]+$"), Is: property.Secret,
		Doc: "Names and values."}}
}

// An EphemeralStorage is the size of /tmp.
type EphemeralStorage struct {
	Size int64 `json:"size"` // MB
}

// Properties implements property.Noun.
func (e *EphemeralStorage) Properties() property.List {
	return property.List{{Name: "size", Value: property.Int(&e.Size, 512, 10240), Is: property.Required | property.Always, Doc: "MB of /tmp."}}
}

// A Tracing says whether X-Ray is told of invocations.
type Tracing struct {
	Mode string `json:"mode"`
}

// Properties implements property.Noun.
func (x *Tracing) Properties() property.List {
	return property.List{{Name: "mode", Value: property.Enum(&x.Mode, "Active", "PassThrough"), Doc: "Whether X-Ray is told of invocations."}}
}

// A VPC is the network that Lambda would connect a function with.
type VPC struct {
	Subnets        []string `json:"subnets"`
	SecurityGroups []string `json:"securityGroups"`
	IPv6           bool     `json:"ipv6,omitempty"`
}

// Properties implements property.Noun.
func (v *VPC) Properties() property.List {
	return property.List{
		{Name: "subnetIds", Value: property.TextList(&v.Subnets), Is: property.Unordered | property.Always, Doc: "Subnets."},
		{Name: "securityGroupIds", Value: property.TextList(&v.SecurityGroups), Is: property.Unordered | property.Always, Doc: "Security groups."},
		{Name: "ipv6AllowedForDualStack", Value: property.Bool(&v.IPv6), Default: "false", Doc: "Whether IPv6 leaves the network."},
	}
}

// A DeadLetter is where events go that fail.
type DeadLetter struct {
	Target string `json:"target"`
}

// Properties implements property.Noun.
func (d *DeadLetter) Properties() property.List {
	return property.List{{Name: "targetArn", Value: property.Text(&d.Target), Doc: "A queue or topic."}}
}

// A SnapStart says whether published versions start from a snapshot.
type SnapStart struct {
	ApplyOn string `json:"applyOn"`
}

// Properties implements property.Noun.
func (x *SnapStart) Properties() property.List {
	return property.List{{Name: "applyOn", Value: property.Enum(&x.ApplyOn, "None", "PublishedVersions"), Is: property.Required,
		Doc: "Which versions start from a snapshot."}}
}

// A Logging is where and how log lines are written.
type Logging struct {
	Format           string `json:"format,omitempty"`
	ApplicationLevel string `json:"applicationLevel,omitempty"`
	SystemLevel      string `json:"systemLevel,omitempty"`
	Group            string `json:"group,omitempty"`
}

// Properties implements property.Noun.
func (l *Logging) Properties() property.List {
	return property.List{
		{Name: "logFormat", Value: property.Enum(&l.Format, "Text", "JSON"), Default: "Text", Doc: "Lines as they are, or JSON."},
		{Name: "applicationLogLevel", Value: property.Enum(&l.ApplicationLevel, "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"), Doc: "What the function's code logs, in JSON."},
		{Name: "systemLogLevel", Value: property.Enum(&l.SystemLevel, "DEBUG", "INFO", "WARN"), Doc: "What Lambda logs, in JSON."},
		{Name: "logGroup", Value: property.Text(&l.Group), Default: "", Doc: "The log group."},
	}
}

// A Source is where the code of a version is.
type Source struct {
	SHA256 string `json:"sha256"`         // of the archive, or of a folder's files; base64
	Size   int64  `json:"size"`           // bytes of the archive, or of a folder's files
	Path   string `json:"path,omitempty"` // of a folder or archive that stays where it is; empty: it is in the Codes
}

// Properties is the one definition of what can be said of a function, less its
// code, which each surface gives in its own way.
func (f *Function) Properties() property.List {
	return property.List{
		{
			Name:  "functionName",
			Value: property.Text(&f.Name),
			Is:    property.CreateOnly,
			Doc:   "The function's name, 1 to 64 characters.",
		},
		{
			Name:  "description",
			Value: property.Text(&f.Description),
			Is:    property.Always,
			Doc:   "A sentence for people.",
		},
		{
			Name:  "runtime",
			Value: property.Text(&f.Runtime),
			Doc:   "The language and its version, such as nodejs22.x, python3.13 or provided.al2023.",
		},
		{
			Name:  "role",
			Value: property.Text(&f.Role),
			Is:    property.Required,
			Doc:   "The ARN of the role that the function has. It is kept; functions on this machine use the environment's credentials.",
		},
		{
			Name:  "handler",
			Value: property.Text(&f.Handler),
			Doc:   "File and function, such as index.handler.",
		},
		{
			Name:    "timeout",
			Value:   property.Seconds(&f.Timeout, 1, 900),
			Default: "3",
			Doc:     "Seconds after which an invocation is stopped.",
		},
		{
			Name:    "memorySize",
			Value:   property.Int(&f.MemorySize, 128, 10240),
			Default: "128",
			Doc:     "MB of memory.",
		},
		{
			Name:  "environment",
			Value: property.Object(&f.Environment),
			Doc:   "Variables of the environment.",
		},
		{
			Name:  "layers",
			Value: property.TextList(&f.Layers),
			Doc:   "ARNs of layer versions.",
		},
		{
			Name:    "packageType",
			Value:   property.Enum(&f.Package, "Zip", "Image"),
			Is:      property.CreateOnly,
			Default: "Zip",
			Doc:     "Zip. Images cannot be run.",
		},
		{
			Name:    "architectures",
			Value:   property.TextList(&f.Architecture),
			Default: "x86_64",
			Doc:     "x86_64 or arm64. Functions run on the machine that there is.",
		},
		{
			Name:  "ephemeralStorage",
			Value: property.Object(&f.Storage),
			Doc:   "The size of /tmp; it is kept and not enforced.",
		},
		{
			Name:  "tracingConfig",
			Value: property.Object(&f.Tracing),
			Doc:   "It is kept; X-Ray is told nothing.",
		},
		{
			Name:  "vpcConfig",
			Value: property.Object(&f.VPC),
			Doc:   "It is kept; functions use this machine's network.",
		},
		{
			Name:  "deadLetterConfig",
			Value: property.Object(&f.DeadLetter),
			Doc:   "It is kept; events that fail are logged.",
		},
		{
			Name:  "kmsKeyArn",
			Names: property.Names{Wire: "KMSKeyArn"},
			Value: property.Text(&f.KMSKey),
			Doc:   "It is kept; nothing is encrypted with it.",
		},
		{
			Name:  "snapStart",
			Value: property.Object(&f.SnapStart),
			Doc:   "It is kept; instances start anew.",
		},
		{
			Name:  "loggingConfig",
			Value: property.Object(&f.Logging),
			Doc:   "Where log lines go. They are written as text.",
		},
	}
}

// Defaults sets what was left out.
func (f *Function) Defaults() {
	if f.Timeout == 0 {
		f.Timeout = 3 * time.Second
	}
	if f.MemorySize == 0 {
		f.MemorySize = 128
	}
	f.Package = orElse(f.Package, "Zip")
	if len(f.Architecture) == 0 {
		f.Architecture = []string{"x86_64"}
	}
}

const (
	maxDescription = 256     // characters
	maxEnvironment = 4 << 10 // bytes of names and values, as JSON
)

// Validate reports what no single row can know, and the limits in Lambda's words.
func (f *Function) Validate() property.Errors {
	var errs property.Errors
	bad := func(name string, found any, format string, args ...any) {
		sentence := fmt.Sprintf(format, args...)
		errs = append(errs, property.Bad(name, found, "%s", sentence).Saying(sentence))
	}
	constraint := func(name, value, sentence string) {
		e := violated(value, name, sentence)
		errs = append(errs, property.Bad(name, value, "%s", e.Message).Saying(e.Message))
	}
	switch {
	case f.Package == "Image":
		errs = append(errs, property.Bad("packageType", f.Package, "Container images cannot be run here; write Zip"))
	case f.Package != "Zip" && f.Package != "":
		constraint("packageType", clip(f.Package), "Member must satisfy enum value set: [Zip, Image]")
	case f.Runtime == "":
		bad("runtime", nil, "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	case function.CheckRuntime(f.Runtime) != nil:
		errs = append(errs, property.Bad("runtime", f.Runtime, "%v", function.CheckRuntime(f.Runtime)))
	case f.Handler == "" && !strings.HasPrefix(f.Runtime, "provided"):
		bad("handler", nil, "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	}
	if n := len(f.Handler); n > 128 || strings.ContainsAny(f.Handler, " \t\r\n") {
		constraint("handler", clip(f.Handler), `Member must satisfy regular expression pattern: [^\s]+`)
	}
	if utf8.RuneCountInString(f.Description) > maxDescription {
		constraint("description", clip(f.Description), "Member must have length less than or equal to 256")
	}
	if f.Timeout < time.Second {
		constraint("timeout", fmt.Sprint(int64(f.Timeout/time.Second)), "Member must have value greater than or equal to 1")
	} else if f.Timeout > 900*time.Second {
		constraint("timeout", fmt.Sprint(int64(f.Timeout/time.Second)), "Member must have value less than or equal to 900")
	}
	if f.MemorySize < 128 {
		constraint("memorySize", fmt.Sprint(f.MemorySize), "Member must have value greater than or equal to 128")
	} else if f.MemorySize > 10240 {
		constraint("memorySize", fmt.Sprint(f.MemorySize), "Member must have value less than or equal to 10240")
	}
	for _, a := range f.Architecture {
		if a != "x86_64" && a != "arm64" {
			constraint("architectures", clip(a), "Member must satisfy enum value set: [x86_64, arm64]")
		}
	}
	if len(f.Architecture) > 1 {
		constraint("architectures", strings.Join(f.Architecture, ", "), "Member must have length less than or equal to 1")
	}
	if s := f.Storage; s != nil && (s.Size < 512 || s.Size > 10240) {
		constraint("ephemeralStorage.size", fmt.Sprint(s.Size), "Member must have value between 512 and 10240")
	}
	if e := f.Environment; e != nil {
		if sentence := checkEnvironment(e.Variables); sentence != "" {
			bad("environment", nil, "%s", sentence)
		}
	}
	if len(f.Layers) > 5 {
		bad("layers", nil, "You can add up to five layers to a function")
	}
	return errs
}

// checkEnvironment returns what Lambda says of variables, without their values.
func checkEnvironment(variables map[string]string) string {
	var reserved []string
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		switch {
		case function.Reserved(name):
			reserved = append(reserved, name)
		case !variableName(name):
			return "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"
		}
	}
	if len(reserved) > 0 {
		return "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: " +
			strings.Join(reserved, ", ")
	}
	text, err := json.Marshal(variables)
	if err == nil && len(text) > maxEnvironment {
		return "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: " + fmt.Sprint(len(text)) + " bytes"
	}
	return ""
}

// variableName reports whether a variable can be called name.
func variableName(name string) bool {
	for i := range len(name) {
		c, letter := name[i], name[i]|0x20 >= 'a' && name[i]|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return len(name) > 1
}

// clone returns a copy that can be changed.
func (f *Function) clone() *Function {
	c := *f
	c.Layers, c.Architecture = slices.Clone(f.Layers), slices.Clone(f.Architecture)
	return &c
}

// refusal turns complaints about a function into the exception for the first.
func refusal(errs property.Errors) error {
	failures := errs.Failures()
	if len(failures) == 0 {
		return nil
	}
	e := failures[0]
	code, sentence := InvalidParameterValue, orElse(e.AWS, e.Error())
	if strings.HasPrefix(sentence, "1 validation error detected") {
		code = ValidationException
	}
	return &Error{Code: code, Message: sentence, Err: e}
}
