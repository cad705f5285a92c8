// Package internal_test keeps the walls of the house.
package internal_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// houseRules says who may import whom: "a < b" means b may import a, and all
// that a may import. It is policy. To make a build pass, move code, not this
// text.
const houseRules = `
	NONE < nearest;
	nearest < property, lang/cfn;
	NONE < message, policy, store, sigv4, throttle, nowait,
	       lang/vtl, lang/jsonpath, lang/jsonschema, lang/javaregexp;

	property                           < apigw;
	apigw                              < apigw/openapi;
	lang/vtl, lang/jsonpath, message   < lang/mapping;
	lang/mapping                       < lang/cases;
	lang/mapping, lang/javaregexp, nearest < lang/lint;
	message                            < cache, wire;
	message, nowait, wire              < backend;
	sigv4, policy, backend             < auth;
	backend, nowait                    < function; # backend for FunctionCall, FunctionAnswer and FunctionRefused only

	property, store                    < iam;
	property, store, function          < lambda;

	# the two planes: neither sees the other
	apigw/openapi, store, policy, throttle, lang/mapping, lang/javaregexp     < control;
	apigw, lang/mapping, lang/jsonschema, lang/javaregexp, auth, policy, throttle, cache  < dataplane;

	control, dataplane                 < publish;
	control, lang/lint, lambda, iam    < provision/resource;
	lang/cfn                           < provision/macro;
	provision/resource, provision/macro < provision/stack;

	# adapters: the world outside
	store                              < adapter/bolt;
	wire, sigv4, nowait                < adapter/listen;
	control, publish                   < adapter/awsapi;
	control                            < adapter/awsapi/recorded;
	lambda                             < adapter/lambdaapi, adapter/logsapi;
	iam                                < adapter/iamapi;
	provision/stack, dataplane, adapter/listen < adapter/stackapi;
	provision/stack                    < adapter/cfnapi;
	NONE                               < adapter/neighbors;
	adapter/awsapi, adapter/stackapi, lang/cases < adapter/cli;

	# the wiring knows everybody
	adapter/bolt, adapter/listen, adapter/awsapi, adapter/stackapi, adapter/lambdaapi, adapter/logsapi, adapter/iamapi, adapter/cfnapi, adapter/neighbors, publish, provision/stack, backend, cache < house;
`

// houseWalls are taken out of what houseRules give: "a | b" means that b may
// not import a although it stands below.
const houseWalls = `
	property, store, control           | dataplane;
	dataplane                          | control;
	control, store, dataplane, publish | adapter/cli;
	lang/cfn, store, function          | provision/resource;
	store, function                    | adapter/lambdaapi, adapter/logsapi;
	store, property                    | adapter/iamapi;
`

// parseRules returns for each room the rooms it may import.
func parseRules(t *testing.T, text string) map[string]map[string]bool {
	t.Helper()
	may := map[string]map[string]bool{}
	var b strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		b.WriteString(line)
	}
	for rule := range strings.SplitSeq(b.String(), ";") {
		if strings.TrimSpace(rule) == "" {
			continue
		}
		low, high, ok := strings.Cut(rule, "<")
		if !ok {
			t.Fatalf("a rule without <: %s", rule)
		}
		for h := range strings.SplitSeq(high, ",") {
			h = strings.TrimSpace(h)
			if may[h] == nil {
				may[h] = map[string]bool{}
			}
			for l := range strings.SplitSeq(low, ",") {
				l = strings.TrimSpace(l)
				if l == "NONE" {
					continue
				}
				if may[l] == nil {
					t.Fatalf("%s stands above %s, which no earlier rule names", h, l)
				}
				may[h][l] = true
				for below := range may[l] {
					may[h][below] = true
				}
			}
		}
	}
	return may
}

func TestWalls(t *testing.T) {
	may := parseRules(t, houseRules)
	for wall := range strings.SplitSeq(houseWalls, ";") {
		low, high, ok := strings.Cut(wall, "|")
		for l := range strings.SplitSeq(low, ",") {
			if room := may[strings.TrimSpace(high)]; ok {
				delete(room, strings.TrimSpace(l))
			}
		}
	}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "testdata" {
			return fs.SkipDir // the build does not see it
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		room := filepath.ToSlash(filepath.Dir(path))
		allowed, known := may[room]
		if !known && !tests(room) {
			t.Errorf("%s: the room %s stands on no floor; give it one in houseRules", path, room)
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			other, ours := strings.CutPrefix(name, "postern/internal/")
			if !ours || tests(room) || allowed[other] || strings.HasPrefix(other, room+"/") {
				continue
			}
			t.Error(wall(path, room, other, may))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tests reports whether a room holds only what tests use.
func tests(room string) bool {
	return strings.HasSuffix(room, "test") || room == "adapter/awsapi/recorded"
}

func wall(path, room, other string, may map[string]map[string]bool) string {
	var doors []string
	for r := range may[room] {
		doors = append(doors, r)
	}
	slices.Sort(doors)
	return fmt.Sprintf("%s: %s may not import %s. It may import %s. Move the code to the room where it belongs.",
		path, room, other, strings.Join(doors, ", "))
}
