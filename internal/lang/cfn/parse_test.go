package cfn

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// lines returns the first line of each error as "line:column: path: message".
func lines(err error) []string {
	var es Errors
	if !errors.As(err, &es) {
		if err == nil {
			return nil
		}
		return []string{err.Error()}
	}
	out := make([]string, len(es))
	for i, e := range es {
		out[i] = strings.TrimPrefix(e.Error(), "t.yaml:")
	}
	return out
}

func equalLines(t *testing.T, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

const api = `
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
`

func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"fine", api, nil},
		{"empty", "", []string{"1:1: the template is empty, expected at least Resources"}},
		{"text", "hello", []string{`1:1: a template is a map with Resources, found "hello"`}},
		{"no resources", "Description: x", []string{"1:1: Resources: a template has at least one resource"}},
		{"empty resources", "Resources: {}", []string{"1:12: Resources: a template has at least one resource"}},
		{"JSON syntax", "{\n \"Resources\": {,}\n}", []string{"2:16: found ',', expected a key in quotes"}},
		{"JSON end", `{"Resources": {"A": {"Type": "T"}}} x`, []string{"1:37: found 'x' after the end of the template"}},
		{"JSON number", `{"Resources": 012}`, []string{`1:15: "012" is not a number of JSON`}},
		{"YAML syntax", "Resources:\n  A: b: c\n", []string{"2:7: mapping values are not allowed in this context"}},
		{"unknown section", api + "Resorces: {}\n", []string{`5:1: Resorces: "Resorces" is not a section of a template`}},
		{"version", "AWSTemplateFormatVersion: 2010-09-10" + api, []string{`1:27: AWSTemplateFormatVersion: "2010-09-10" is not 2010-09-09`}},
		{"key twice", api + "    Type: X\n", []string{`5:5: key "Type" stands here for the second time, the first is in line 4`}},
		{"merge", "Resources:\n  A: &a {Type: X}\n  B:\n    <<: *a\n", []string{"4:5: merges (<<) are not supported in templates"}},
		{"binary", "Resources:\n  A: !!binary aGk=\n", []string{"2:6: the tag !!binary is not supported in templates"}},
		{"unknown tag", api + "    Properties: {Name: !Reff Api}\n", []string{"5:24: !Reff is not a function of templates"}},
		{"two documents", api + "---\na: 1\n", []string{"5:1: a second document begins here, a template is one document"}},
		{"no type", "Resources:\n  A: {}\n", []string{"2:3: Resources.A: has no Type"}},
		{"id", "Resources:\n  A-b: {Type: X}\n", []string{"2:3: Resources.A-b: a name has only letters and digits, A-Z a-z 0-9"}},
		{"member", "Resources:\n  A: {Type: X, Propertys: {}}\n", []string{`2:16: Resources.A.Propertys: "Propertys" is not one of Type, Properties, DependsOn, Condition, Metadata, DeletionPolicy, UpdateReplacePolicy, CreationPolicy, UpdatePolicy`}},
		{"null", api + "    Properties:\n      Name:\n", []string{"6:12: Resources.Api.Properties.Name: found null, which templates do not allow; leave the member out or use AWS::NoValue"}},
		{"policy", api + "    DeletionPolicy: Retian\n", []string{`5:21: Resources.Api.DeletionPolicy: "Retian" is not one of Delete, Retain, RetainExceptOnCreate, Snapshot`}},
		{"unknown function", api + "    Properties: {Name: {Fn::Jion: [a, b]}}\n", []string{`5:24: Resources.Api.Properties.Name.Fn::Jion: there is no function "Fn::Jion"`}},
		{"function with neighbors", api + "    Properties: {Name: {Fn::Sub: a, b: c}}\n", []string{"5:25: Resources.Api.Properties.Name.Fn::Sub: a function stands alone, here it has 1 neighbors"}},
		{"GetAZs", api + "    Properties: {Name: !GetAZs ''}\n", []string{"5:24: Resources.Api.Properties.Name.Fn::GetAZs: Fn::GetAZs is not supported: there are no availability zones here"}},
		{"unknown Ref", api + "    Properties: {Name: !Ref Apo}\n", []string{`5:29: Resources.Api.Properties.Name.Ref: there is no resource or parameter "Apo"`}},
		{"unknown pseudo", api + "    Properties: {Name: !Ref AWS::Regoin}\n", []string{`5:29: Resources.Api.Properties.Name.Ref: there is no pseudo parameter "AWS::Regoin"`}},
		{"unknown in Sub, in a block", api + "    Properties:\n      Name: !Sub |\n        one\n          ${Stag} two\n", []string{`8:11: Resources.Api.Properties.Name.Fn::Sub: there is no resource or parameter "Stag"`}},
		{"Sub name", api + "    Properties: {Name: !Sub 'a ${x-y}'}\n", []string{`5:32: Resources.Api.Properties.Name.Fn::Sub: "${x-y}" is not the name of a variable: letters, digits, _ . :`}},
		{"GetAtt", api + "    Properties: {Name: !GetAtt Api}\n", []string{`5:32: Resources.Api.Properties.Name.Fn::GetAtt: found "Api", expected a logical id and an attribute`}},
		{"GetAtt of nothing", api + "    Properties: {Name: !GetAtt Appi.Id}\n", []string{`5:32: Resources.Api.Properties.Name.Fn::GetAtt: there is no resource "Appi"`}},
		{"DependsOn", api + "    DependsOn: [Other]\n", []string{`5:17: Resources.Api.DependsOn: there is no resource "Other"`}},
		{"condition", api + "    Condition: Prod\n", []string{`5:16: Resources.Api.Condition: there is no condition "Prod"`}},
		{"If", api + "    Properties: {Name: !If [Prod, a, b]}\n", []string{`5:29: Resources.Api.Properties.Name.Fn::If: there is no condition "Prod"`}},
		{"condition with a resource", api + "Conditions: {C: !Equals [!Ref Api, x]}\n", []string{"5:31: Conditions.C.Fn::Equals.0.Ref: Api is a resource, here only parameters can be used"}},
		{"condition circle", api + "Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\n", []string{"6:3: Conditions.A: the condition needs itself: A → B → A"}},
		{"circle", "Resources:\n  A: {Type: X, Properties: {P: !Ref B}}\n  B: {Type: X, Properties: {P: !GetAtt C.D}}\n  C: {Type: X, DependsOn: A}\n", []string{"2:37: Resources.A.Properties.P.Ref: needs itself: A → B → C → A"}},
		{"circle of one", "Resources:\n  A: {Type: X, Properties: {P: !Sub '${A}'}}\n", []string{"2:38: Resources.A.Properties.P.Fn::Sub: needs itself: A → A"}},
		{"transform", api + "Transform: AWS::Serverless-2016-10-31\n", []string{"5:12: Transform: the transform AWS::Serverless-2016-10-31 is not supported"}},
		{"extension", api + "    Properties: {Name: {Fn::ToJsonString: {a: b}}}\n", []string{"5:24: Resources.Api.Properties.Name.Fn::ToJsonString: Fn::ToJsonString needs Transform: AWS::LanguageExtensions at the top of the template"}},
		{"mapping", api + "Mappings: {M: {a: {b: !Ref Api}}}\n", []string{"5:23: Mappings.M.a.b: found Ref, expected text or a list of text without functions"}},
		{"unknown mapping", api + "    Properties: {Name: !FindInMap [N, a, b]}\n", []string{`5:36: Resources.Api.Properties.Name.Fn::FindInMap: there is no mapping "N"`}},
		{"output", api + "Outputs: {O: {Description: x}}\n", []string{"5:11: Outputs.O: has no Value"}},
		{"parameter", api + "Parameters: {P: {Type: Strng}}\n", []string{`5:24: Parameters.P.Type: "Strng" is not a parameter type`}},
		{"default", api + "Parameters: {P: {Type: Number, Default: ten}}\n", []string{`5:41: Parameters.P.Default: "ten" is not a number`}},
		{"dynamic", api + "    Properties: {Name: '{{resolve:ssm:x}}'}\n", []string{"5:25: Resources.Api.Properties.Name: dynamic references are not supported"}},
		{"several, in order", api + "    Properties: {Name: !Ref A, Other: !Ref B}\nOutputs: {O: {Value: !Ref C}}\n", []string{
			`5:29: Resources.Api.Properties.Name.Ref: there is no resource or parameter "A"`,
			`5:44: Resources.Api.Properties.Other.Ref: there is no resource or parameter "B"`,
			`6:27: Outputs.O.Value.Ref: there is no resource or parameter "C"`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("t.yaml", []byte(tt.text), Limits{})
			equalLines(t, lines(err), tt.want)
		})
	}
}

func TestNearNamesAreSuggested(t *testing.T) {
	_, err := Parse("t.yaml", []byte(api+"    Properties: {Name: !Ref Apo}\n    DependsOnn: x\n"), Limits{})
	var es Errors
	if !errors.As(err, &es) || len(es) != 2 {
		t.Fatalf("got %v, want two errors", err)
	}
	if es[0].Help != "did you mean Api?" || es[1].Help != "did you mean DependsOn?" {
		t.Errorf("got %q and %q", es[0].Help, es[1].Help)
	}
	if want := "Template format error: Unresolved resource dependencies [Apo] in the Resources block of the template"; es[0].AWS != want {
		t.Errorf("AWS: got %q, want %q", es[0].AWS, want)
	}
}

func TestBrokenYAMLIsHelped(t *testing.T) {
	for text, want := range map[string]string{
		"Resources:\n\tApi: {}":                   "spaces, not with tabs",
		"Resources: {A: {Path: /{proxy+}, B: c}}": `such as "/{proxy+}"`,
		"Resources:\n  A: 1\n    B: 2":            "as far to the right as those beside it",
	} {
		_, err := Parse("t.yaml", []byte(text), Limits{})
		var es Errors
		if !errors.As(err, &es) || !strings.Contains(es[0].Help, want) {
			t.Errorf("%q: got %v with help %q, want one with %q", text, err, es[0].Help, want)
		}
	}
}

func TestAtMostTwentyErrorsInOrder(t *testing.T) {
	var b strings.Builder
	b.WriteString("Resources:\n")
	for i := range 50 {
		fmt.Fprintf(&b, "  R%d: {}\n", i)
	}
	_, err := Parse("t.yaml", []byte(b.String()), Limits{})
	got := lines(err)
	if len(got) != 20 || got[0] != "2:3: Resources.R0: has no Type" || got[19] != "21:3: Resources.R19: has no Type" {
		t.Errorf("got %d errors: %v", len(got), got)
	}
}

// endless gives spaces for ever and counts them.
type endless struct{ read int }

func (r *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	r.read += len(p)
	return len(p), nil
}

func TestTooLongIsRefusedWithoutReadingAll(t *testing.T) {
	r := &endless{}
	_, err := ParseReader("t.yaml", r, Limits{Body: 1000})
	if got, want := fmt.Sprint(err), "t.yaml: the template has more than 1000 bytes, at most 1000 are allowed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if r.read > 4096 {
		t.Errorf("read %d bytes of a template that may have 1000", r.read)
	}
}

func TestBombsAreDefused(t *testing.T) {
	var aliases strings.Builder
	aliases.WriteString("Metadata:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&aliases, "  a%d: &a%d [", i, i)
		for range 10 {
			fmt.Fprintf(&aliases, "*a%d, ", i-1)
		}
		aliases.WriteString("]\n")
	}
	sub := "''"
	for range 60 {
		sub = "{Fn::Sub: ['${a}${a}', {a: " + sub + "}]}"
	}
	long := "'" + strings.Repeat("x", 1000) + "'"
	for range 40 {
		long = "{Fn::Sub: ['${a}${a}', {a: " + long + "}]}"
	}
	for _, tt := range []struct{ name, text, want string }{
		{"aliases", aliases.String() + api, "more than 100000 values in one template, with what its aliases repeat"},
		{"self", "Metadata: &m {a: *m}" + api, "the anchor &m contains itself"},
		{"deep flow", "Metadata: " + strings.Repeat("[", 100_000), "exceeded max depth of 200"},
		{"deep JSON", `{"Metadata": ` + strings.Repeat("[", 100_000), "values are nested deeper than 200"},
		{"wide", "Metadata: [" + strings.Repeat("x,", 1_000_000) + "]" + api, "more than 100000 values"},
		{"wide JSON", `{"Metadata": [` + strings.Repeat("1,", 1_000_000) + "1]}", "more than 100000 values"},
		{"time", api + "    Properties: {Name: " + sub + "}\n", ""},
		{"length", api + "    Properties: {Name: " + long + "}\n", "the functions of one resource make more than 67108864 bytes"},
		{"pattern", api + "Parameters: {P: {Type: String, Default: " + strings.Repeat("a", 40) + "!, AllowedPattern: '(a+)+b|(a|aa)+c'}}\n", "Parameters.P.Default"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			x, err := Parse("t.yaml", []byte(tt.text), Limits{Nodes: 100_000})
			if err == nil {
				_, err = x.Bind(Input{})
			}
			if tt.want == "" && err != nil || !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("took %s", d)
			}
		})
	}
}

func TestJSONAndYAMLAreTheSame(t *testing.T) {
	const y = `
Resources:
  A:
    Type: X
    Properties:
      S: "\u00fc \U0001F600"
      N: 1.50
      B: true
      L: [a, !Ref AWS::Region]
      E: ""
`
	const j = `{"Resources": {"A": {"Type": "X", "Properties": {
		"S": "\u00fc \ud83d\ude00", "N": 1.50, "B": true, "L": ["a", {"Ref": "AWS::Region"}], "E": ""}}}}`
	a, b := mustResolve(t, y, Input{}, "A"), mustResolve(t, j, Input{}, "A")
	if got, want := jsonText(b.Properties()), jsonText(a.Properties()); got != want {
		t.Errorf("JSON gives %s, YAML %s", got, want)
	}
	if want := `{"B":true,"E":"","L":["a","us-east-1"],"N":1.50,"S":"ü 😀"}`; jsonText(a.Properties()) != want {
		t.Errorf("got %s, want %s", jsonText(a.Properties()), want)
	}
}

func TestWarnings(t *testing.T) {
	x, err := Parse("t.yaml", []byte("Metadata: [&a b, *a]"+api+"    CreationPolicy: {}\n"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	equalLines(t, lines(x.Warnings), []string{
		"1:18: aliases work here, AWS documents them as unsupported",
		"5:21: Resources.Api.CreationPolicy: has no effect here",
	})
	x, err = Parse("t.yaml", []byte(`{"Resources": {"A": {"Type": "X", "Type": "Y"}}}`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	equalLines(t, lines(x.Warnings), []string{`1:35: key "Type" stands here for the second time, the first is in line 1; the last one counts`})
	if got := x.Resource("A").Type; got != "Y" {
		t.Errorf("got type %s, want the last one, Y", got)
	}
}

// Examine goes on behind errors, and does not repeat them.
func TestExamineFindsMore(t *testing.T) {
	b, found := Examine("t.yaml", []byte(`
Parameters: {P: {Type: String}, Q: {Type: Number, Default: x}}
Conditions: {C: !Equals [!Ref Nope, x], D: !Condition D}
Resources:
  A: {Type: X, Properties: {Name: !Ref Missing, Size: !Sub "${P}-${Q}", Null: , Pick: !Select [3, [a]]}}
  B: {Type: X, Condition: C, Properties: {V: !Jion [a]}}
  C: {Properties: {V: !Ref B}, DependsOn: Z}
Outputs: {O: {Value: [a]}}
`), Input{}, Limits{})
	equalLines(t, lines(sortErrors(found)), []string{
		`2:60: Parameters.Q.Default: "x" is not a number`,
		`3:31: Conditions.C.Fn::Equals.0.Ref: there is no resource or parameter "Nope"`,
		`3:41: Conditions.D: the condition needs itself: D → D`,
		`5:40: Resources.A.Properties.Name.Ref: there is no resource or parameter "Missing"`,
		`5:79: Resources.A.Properties.Null: found null, which templates do not allow; leave the member out or use AWS::NoValue`,
		`5:87: Resources.A.Properties.Pick.Fn::Select: index 3 is outside a list of 1 elements`,
		`6:46: !Jion is not a function of templates`,
		`7:3: Resources.C: has no Type`,
		`7:43: Resources.C.DependsOn: there is no resource "Z"`,
		`8:22: Outputs.O.Value: found a list, an output is a string`,
	})
	r, err := b.Resolve("A", nil)
	if err != nil || r.Properties()["Size"] != (Unknown{"${P}-${Q}"}) || r.Properties()["Pick"] != (Unknown{}) {
		t.Errorf("got %v, %v", r, err)
	}
	if _, found := Examine("t.yaml", []byte("a: ["), Input{}, Limits{}); len(found) != 1 {
		t.Errorf("syntax: %v", found)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(api))
	f.Add([]byte(`{"Resources": {"A": {"Type": "X", "Properties": {"P": {"Fn::Join": ["", ["a", {"Ref": "B"}]]}}}}}`))
	f.Add([]byte(everything))
	f.Add([]byte("Resources: {A: {Type: X, Properties: {P: !Sub |\n  ${B}\n}}}"))
	f.Add([]byte("a: &a [*a]\nb: >\n  x\n\n  y\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		lim := Limits{Nodes: 20_000, Depth: 50}
		seen, found := Examine("t.yaml", text, Input{}, lim)
		if seen != nil {
			for _, r := range seen.Resources() {
				_, _ = seen.Resolve(r.ID, nil)
			}
		}
		x, err := Parse("t.yaml", text, lim)
		if err != nil && len(found) == 0 {
			t.Fatalf("Parse says %v, Examine nothing", err)
		}
		if err != nil {
			for _, e := range err.(Errors) {
				if e.Line > 0 && e.Column < 1 {
					t.Fatalf("%v: no column", e)
				}
			}
			return
		}
		in := Input{Parameters: map[string]string{}}
		for _, p := range x.Parameters {
			if p.Default == nil {
				in.Parameters[p.Name] = "1"
			}
		}
		b, err := x.Bind(in)
		if err != nil {
			return
		}
		for _, r := range b.Resources() {
			v, err := b.Resolve(r.ID, nil)
			if err != nil {
				t.Fatalf("Bind found nothing wrong, Resolve %s: %v", r.ID, err)
			}
			for name, value := range v.Properties() {
				if p, _ := v.Position(name); p.Line < 1 || p.Column < 1 {
					t.Fatalf("%s.%s has no position", r.ID, name)
				}
				if s, ok := value.(string); ok {
					v.TextPosition(len(s)/2, name)
				}
			}
		}
	})
}
