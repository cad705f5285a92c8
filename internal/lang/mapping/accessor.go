package mapping

import "strings"

// An accessor is a resolved name of a $context variable: a row of the table, or
// a member of one of the families whose names are not known beforehand.
type accessor struct {
	row    *variable
	family family
	key    string
}

type family uint8

const (
	authorizerContext family = iota + 1
	authorizerClaims
	requestHeaderOverride
	requestQueryOverride
	requestPathOverride
	responseHeaderOverride
	responseStatusOverride
)

var families = [...]struct {
	prefix string // the most special ones first
	family family
}{
	{"authorizer.claims.", authorizerClaims},
	{"authorizer.", authorizerContext},
	{"requestOverride.header.", requestHeaderOverride},
	{"requestOverride.querystring.", requestQueryOverride},
	{"requestOverride.path.", requestPathOverride},
	{"responseOverride.header.", responseHeaderOverride},
}

// resolve finds the variable called name among those that a reader knows. A
// name that does not exist gives the zero accessor, which has no value.
func resolve(name string, reader where) accessor {
	for i := range variables {
		if v := &variables[i]; v.name == name && v.where&reader != 0 {
			return accessor{row: v}
		}
	}
	if name == "responseOverride.status" {
		return accessor{family: responseStatusOverride}
	}
	for _, f := range families {
		key, ok := strings.CutPrefix(name, f.prefix)
		if ok && key != "" && (f.family != authorizerContext || key != "claims") {
			return accessor{family: f.family, key: key}
		}
	}
	return accessor{}
}

// exists reports whether a resolves to a variable.
func (a accessor) exists() bool { return a != accessor{} }

// value returns the value in s.
func (a accessor) value(s *Scope) value {
	if a.row != nil {
		return a.row.get(&s.Context)
	}
	switch a.family {
	case authorizerContext:
		return find(s.Context.Authorizer.Context, a.key)
	case authorizerClaims:
		return find(s.Context.Authorizer.Claims, a.key)
	case requestHeaderOverride:
		return override(s.Override.Header, a.key)
	case requestQueryOverride:
		return override(s.Override.Query, a.key)
	case requestPathOverride:
		return override(s.Override.Path, a.key)
	case responseHeaderOverride:
		return override(s.Override.ResponseHeader, a.key)
	case responseStatusOverride:
		if n := s.Override.ResponseStatus; n != 0 {
			return num(Num(int64(n)))
		}
	}
	return value{}
}

func find(values []Value, name string) value {
	for _, v := range values {
		if v.Name == name {
			return value{kind: textValue, text: v.Text}
		}
	}
	return value{}
}

func override(overrides []Override, name string) value {
	for _, o := range overrides {
		if o.Name == name && len(o.Values) > 0 {
			return value{kind: textValue, text: strings.Join(o.Values, ",")}
		}
	}
	return value{}
}
