package cases

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"postern/internal/lang/jsonpath"
)

// A pathExpectation is what a JSONPath case expects. What is nil is not asked.
type pathExpectation struct {
	value    json.RawMessage
	kind     *string
	pathText *string
	jsonText *string
	fails    bool
}

func (l *line) pathExpectation() (pathExpectation, error) {
	var e struct {
		Value    json.RawMessage `json:"value"`
		Kind     *string         `json:"kind"`
		PathText *string         `json:"path_text"`
		JSONText *string         `json:"json_text"`
		Error    json.RawMessage `json:"error"`
	}
	if err := json.Unmarshal(l.Expect, &e); err != nil {
		return pathExpectation{}, fmt.Errorf("expect: %w", jsonError(err))
	}
	x := pathExpectation{value: e.Value, kind: e.Kind, pathText: e.PathText, jsonText: e.JSONText,
		fails: !absent(e.Error) && string(e.Error) != "false"}
	if !x.fails && x.value == nil && x.kind == nil && x.pathText == nil && x.jsonText == nil {
		return x, errors.New("expect: found none of value, kind, path_text, json_text and error, expected one")
	}
	return x, nil
}

// runPath evaluates the path of a case and compares.
func (l *line) runPath() Result {
	want, err := l.pathExpectation()
	if err != nil {
		return malformed(l.ID, err)
	}
	if l.JSON == nil {
		return malformed(l.ID, errors.New(`found no "json", expected the document as text`))
	}
	p, err := jsonpath.Compile(*l.Path)
	var got jsonpath.Node
	if err == nil {
		var ok bool
		got, ok, err = p.Eval(jsonpath.New([]byte(*l.JSON)))
		if !ok {
			got = jsonpath.Node{}
		}
	}
	switch {
	case err != nil && want.fails:
		return Result{}
	case err != nil:
		res := differs("error", err.Error(), "a result")
		res.Err = err
		return res
	case want.fails:
		return differs("error", asJSON(got), "an error")
	case l.Definite != nil && p.Definite() != *l.Definite:
		return differs("definite", strconv.FormatBool(p.Definite()), strconv.FormatBool(*l.Definite))
	}
	return want.compare(got)
}

func (want *pathExpectation) compare(got jsonpath.Node) Result {
	if want.kind != nil && !isKind(got, *want.kind) {
		return differs("kind", kind(got), *want.kind)
	}
	if want.pathText != nil && text(got) != *want.pathText {
		return differs("path_text", text(got), *want.pathText)
	}
	if want.jsonText != nil && asJSON(got) != *want.jsonText {
		return differs("json_text", asJSON(got), *want.jsonText)
	}
	if want.value != nil && want.jsonText == nil {
		root, err := jsonpath.New(want.value).Root()
		if err != nil {
			return malformed("", fmt.Errorf("expect: value: %w", err))
		}
		if a, b := asJSON(got), asJSON(root); a != b {
			return differs("value", a, b)
		}
	}
	return Result{}
}

// text is what $input.path prints.
func text(n jsonpath.Node) string {
	if !n.Exists() {
		return ""
	}
	return string(n.AppendText(nil))
}

// asJSON is what $input.json prints. No match, and null, is two quotation marks.
func asJSON(n jsonpath.Node) string {
	if !n.Exists() || n.Kind() == jsonpath.Null {
		return `""`
	}
	return string(n.AppendJSON(nil))
}

// isKind reports whether n is of a kind. The names of members are a list that
// the library has a type of its own for.
func isKind(n jsonpath.Node, want string) bool {
	return kind(n) == want || want == "LinkedKeySet" && n.Exists() && n.IsKeySet()
}

// kind is the kind of a value in the words of the cases.
func kind(n jsonpath.Node) string {
	if !n.Exists() {
		return "null"
	}
	switch n.Kind() {
	case jsonpath.True, jsonpath.False:
		return "boolean"
	case jsonpath.String:
		return "string"
	case jsonpath.Array:
		return "list"
	case jsonpath.Object:
		return "map"
	case jsonpath.Integer, jsonpath.Decimal:
		switch k, _, _ := n.Number(); k {
		case jsonpath.Int32:
			return "int"
		case jsonpath.Int64:
			return "long"
		case jsonpath.BigInteger:
			return "bigint"
		case jsonpath.Double:
			return "double"
		}
		return "bigdecimal"
	}
	return "null"
}
