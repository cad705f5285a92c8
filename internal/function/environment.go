package function

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Reserved reports whether a variable may not be set in Config.Environment,
// because Lambda sets it itself.
//
// See "Defined runtime environment variables", reserved environment variables.
func Reserved(name string) bool {
	return reserved[name]
}

var reserved = map[string]bool{
	"_HANDLER":                        true,
	"_X_AMZN_TRACE_ID":                true,
	"AWS_DEFAULT_REGION":              true,
	"AWS_REGION":                      true,
	"AWS_EXECUTION_ENV":               true,
	"AWS_LAMBDA_FUNCTION_NAME":        true,
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": true,
	"AWS_LAMBDA_FUNCTION_VERSION":     true,
	"AWS_LAMBDA_INITIALIZATION_TYPE":  true,
	"AWS_LAMBDA_LOG_GROUP_NAME":       true,
	"AWS_LAMBDA_LOG_STREAM_NAME":      true,
	"AWS_ACCESS_KEY":                  true,
	"AWS_ACCESS_KEY_ID":               true,
	"AWS_SECRET_ACCESS_KEY":           true,
	"AWS_SESSION_TOKEN":               true,
	"AWS_LAMBDA_RUNTIME_API":          true,
	"LAMBDA_TASK_ROOT":                true,
	"LAMBDA_RUNTIME_DIR":              true,
}

// environment returns the variables of an instance, sorted: defaults, what the
// Runner gives all, what the function sets, and what is reserved, each hiding
// those before. Nothing comes from Postern's own environment.
func (f *Function) environment(in *interpreter, code []string, stream, api, runtimeDir string) []string {
	c := &f.config
	root, layers := code[0], code[1:]
	env := map[string]string{
		"LANG":                     "en_US.UTF-8",
		"TZ":                       ":UTC",
		"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
		"AWS_ACCESS_KEY_ID":        "ASIAPOSTERNPOSTERN00",
		"AWS_SECRET_ACCESS_KEY":    "no-secret-is-configured",
		"AWS_SESSION_TOKEN":        "no-token-is-configured",
		"PATH":                     paths(in.dir(), "/usr/local/bin", "/usr/bin", "/bin", each(layers, "/bin")),
		"LD_LIBRARY_PATH":          paths(root, root+"/lib", each(layers, "/lib")),
	}
	switch in.language {
	case node:
		env["NODE_PATH"] = paths(each(layers, "/nodejs/node"+in.major()+"/node_modules"), each(layers, "/nodejs/node_modules"), root)
	case python:
		env["PYTHONDONTWRITEBYTECODE"] = "1" // in Lambda the code's folder cannot be written
		env["PYTHONPATH"] = paths(each(layers, "/python"), each(layers, "/python/lib/python"+in.minor()+"/site-packages"))
	}
	maps.Copy(env, f.runner.Environment)
	for name, value := range c.Environment {
		if !reserved[name] {
			env[name] = value
		}
	}
	region := c.region()
	maps.Copy(env, map[string]string{
		"_HANDLER":                        c.Handler,
		"AWS_DEFAULT_REGION":              region,
		"AWS_REGION":                      region,
		"AWS_EXECUTION_ENV":               "AWS_Lambda_" + c.Runtime,
		"AWS_LAMBDA_FUNCTION_NAME":        c.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(c.MemorySize),
		"AWS_LAMBDA_FUNCTION_VERSION":     c.Version,
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       c.LogGroup,
		"AWS_LAMBDA_LOG_STREAM_NAME":      stream,
		"AWS_LAMBDA_RUNTIME_API":          api,
		"LAMBDA_TASK_ROOT":                root,
		"LAMBDA_RUNTIME_DIR":              runtimeDir,
	})
	out := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out = append(out, name+"="+env[name])
	}
	return out
}

// each returns a path below every layer, the last layer first.
func each(layers []string, below string) string {
	var out []string
	for _, l := range slices.Backward(layers) {
		out = append(out, l+below)
	}
	return strings.Join(out, ":")
}

func paths(dirs ...string) string {
	return strings.Join(slices.DeleteFunc(dirs, func(d string) bool { return d == "" }), ":")
}
