package cfn

import (
	"errors"
	"strings"
	"testing"
)

const everything = `
AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::LanguageExtensions
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Names: {Type: CommaDelimitedList, Default: "a, b,c"}
  Secret: {Type: String, NoEcho: true, Default: hush}
  Count: {Type: Number, Default: 012}
Mappings:
  Hosts:
    dev: {name: localhost, ports: ["80", "81"]}
    prod: {name: example.com, ports: ["443"]}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Dev: !Not [!Condition Prod]
  Both: !And [!Condition Prod, !Condition Dev]
  One: !Or [!Condition Prod, !Condition Dev]
Resources:
  Api: {Type: X, Properties: {Name: api}}
  OnlyProd: {Type: X, Condition: Prod}
  Value:
    Type: X
    DependsOn: OnlyProd
    Properties:
      V: VALUE
`

func bind(t *testing.T, text string, in Input) *Bound {
	t.Helper()
	x, err := Parse("t.yaml", []byte(text), Limits{})
	if err != nil {
		t.Fatalf("parse:\n%v\n%s", err, text)
	}
	b, err := x.Bind(in)
	if err != nil {
		t.Fatalf("bind:\n%v\n%s", err, text)
	}
	return b
}

func mustResolve(t *testing.T, text string, in Input, id string) *Resolved {
	t.Helper()
	r, err := bind(t, text, in).Resolve(id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// known knows what resources give.
type known map[string]any

func (k known) Ref(id string) (any, bool) { v, ok := k[id]; return v, ok }
func (k known) GetAtt(id, attr string) (any, bool, error) {
	if attr == "Nope" {
		return nil, false, errors.New("X has no attribute Nope")
	}
	v, ok := k[id+"."+attr]
	return v, ok, nil
}

func TestValues(t *testing.T) {
	ids := known{"Api": "a1b2", "Api.Root": "r00t", "Api.List": []any{"x", "y"}}
	for _, tt := range []struct{ name, value, want, planned string }{
		{"date", "2010-09-09", `"2010-09-09"`, ""},
		{"leading zero", "012", `"012"`, ""},
		{"yes", "yes", `"yes"`, ""},
		{"hexadecimal", "0x1F", `"0x1F"`, ""},
		{"time", "12:30:00", `"12:30:00"`, ""},
		{"number", "5000", `5000`, ""},
		{"account", "123456789012", `123456789012`, ""},
		{"decimal", "1.50", `1.50`, ""},
		{"true", "True", `true`, ""},
		{"quoted", "'true'", `"true"`, ""},
		{"forced", "!!str 5", `"5"`, ""},
		{"ref", "!Ref Api", `"a1b2"`, "${Api}"},
		{"ref list", "!Ref Names", `["a","b","c"]`, ""},
		{"ref number", "!Ref Count", `"012"`, ""},
		{"region", "!Ref AWS::Region", `"us-east-1"`, ""},
		{"getatt", "!GetAtt Api.Root", `"r00t"`, "${Api.Root}"},
		{"getatt list", "!GetAtt [Api, Root]", `"r00t"`, "${Api.Root}"},
		{"sub", "!Sub 'x-${Stage}-${Api}-${Api.Root}-${!Lit}-${AWS::Region}'", `"x-dev-a1b2-r00t-${Lit}-us-east-1"`, "x-dev-${Api}-${Api.Root}-${Lit}-us-east-1"},
		{"sub with variables", "!Sub ['${a}${Stage}', {a: !Join ['-', !Ref Names]}]", `"a-b-cdev"`, ""},
		{"sub number", "!Sub ['${a}', {a: 1.50}]", `"1.50"`, ""},
		{"sub open", "!Sub 'a ${b'", `"a ${b"`, ""},
		{"join", "!Join ['/', [a, 1, true, !Ref Api]]", `"a/1/true/a1b2"`, "a/1/true/${Api}"},
		{"join without", "!Join ['/', [a, !Ref 'AWS::NoValue', b]]", `"a/b"`, ""},
		{"join list attribute", "!Join [',', !GetAtt Api.List]", `"x,y"`, `${Join "," ${Api.List}}`},
		{"split", "!Split ['|', 'a|b|']", `["a","b",""]`, ""},
		{"select", "!Select [1, !Split ['|', 'a|b|']]", `"b"`, ""},
		{"select text index", "!Select ['0', !Ref Names]", `"a"`, ""},
		{"select unknown", "!Select [0, !GetAtt Api.List]", `"x"`, `${Select "0" ${Api.List}}`},
		{"find", "!FindInMap [Hosts, !Ref Stage, name]", `"localhost"`, ""},
		{"find list", "!FindInMap [Hosts, prod, ports]", `["443"]`, ""},
		{"find default", "!FindInMap [Hosts, test, name, {DefaultValue: none}]", `"none"`, ""},
		{"if", "!If [Prod, !Ref Nothing, {a: !Ref Stage}]", `{"a":"dev"}`, ""},
		{"if without", "{a: !If [Prod, x, !Ref 'AWS::NoValue'], b: [!If [Dev, !Ref AWS::NoValue, y], z]}", `{"b":["z"]}`, ""},
		{"and", "!If [Both, y, n]", `"n"`, ""},
		{"or", "!If [One, y, n]", `"y"`, ""},
		{"base64", "{'Fn::Base64': !Sub 'hé'}", `"aMOp"`, ""},
		{"cidr", "!Cidr [10.0.0.0/16, 3, 8]", `["10.0.0.0/24","10.0.1.0/24","10.0.2.0/24"]`, ""},
		{"cidr 6", "!Select [1, !Cidr ['2001:db8::/48', 2]]", `"2001:db8:0:1::/64"`, ""},
		{"import", "!ImportValue other-name", `"imported"`, ""},
		{"length", "!Length [a, b]", `2`, ""},
		{"json", "!ToJsonString {z: 1, a: [!Ref Stage]}", `"{\"z\":1,\"a\":[\"dev\"]}"`, ""},
		{"json unknown", "!ToJsonString {a: !Ref Api}", `"{\"a\":\"a1b2\"}"`, `${ToJsonString {"a":{"Text":"${Api}"}}}`},
		{"literal Ref among others", "{Ref: a, b: c}", `{"Ref":"a","b":"c"}`, ""},
		{"literal Condition", "{Condition: {StringEquals: {a: b}}}", `{"Condition":{"StringEquals":{"a":"b"}}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(everything, "VALUE", strings.ReplaceAll(tt.value, "!Ref Nothing", "!Ref OnlyProd"), 1)
			b := bind(t, text, Input{Export: func(name string) (string, bool) { return "imported", name == "other-name" }})
			r, err := b.Resolve("Value", ids)
			if err != nil {
				t.Fatal(err)
			}
			if got := jsonText(r.Properties()["V"]); got != tt.want {
				t.Errorf("with resources: got %s, want %s", got, tt.want)
			}
			r, err = b.Resolve("Value", nil)
			if err != nil {
				t.Fatal(err)
			}
			if u, ok := r.Properties()["V"].(Unknown); ok || tt.planned != "" {
				if u.Text != tt.planned {
					t.Errorf("before resources: got %q, want %q", u.Text, tt.planned)
				}
			}
		})
	}
}

func TestWhatCannotBeComputed(t *testing.T) {
	for _, tt := range []struct{ name, value, want, aws string }{
		{"select", "!Select [5, [a]]", "25:10: Resources.Value.Properties.V.Fn::Select: index 5 is outside a list of 1 elements", "Template error: Fn::Select  cannot select nonexistent value at index 5"},
		{"select no index", "!Select [x, [a]]", `25:10: Resources.Value.Properties.V.Fn::Select: found "x", expected the index of an element`, ""},
		{"find", "!FindInMap [Hosts, test, name]", `25:21: Resources.Value.Properties.V.Fn::FindInMap: mapping Hosts has no value under "test", "name"`, "Template error: Unable to get mapping for Hosts::test::name"},
		{"import", "!ImportValue nowhere", `25:23: Resources.Value.Properties.V.Fn::ImportValue: no stack exports "nowhere"`, "No export named nowhere found."},
		{"join map", "!Join ['', [{a: b}]]", "25:10: Resources.Value.Properties.V.Fn::Join: element 0 is a map, expected a string", ""},
		{"sub list", "!Sub 'a ${Names}'", "25:18: Resources.Value.Properties.V.Fn::Sub: ${Names} is a list, expected a string", ""},
		{"not there", "!Ref OnlyProd", "25:15: Resources.Value.Properties.V.Ref: OnlyProd does not exist, because its condition Prod is false", "Template format error: Unresolved resource dependencies [OnlyProd] in the Resources block of the template"},
		{"cidr", "!Cidr [10.0.0.0/16, 300, 8]", `25:10: Resources.Value.Properties.V.Fn::Cidr: "300" is outside 1–256 blocks`, ""},
		{"cidr room", "!Cidr [10.0.0.0/24, 3, 8]", `25:10: Resources.Value.Properties.V.Fn::Cidr: 10.0.0.0/24 has no room for 3 blocks of 8 bits`, ""},
		{"cidr overflow", "!Cidr [255.255.255.0/24, 2, 7]", "", ""},
		{"secret index", "!Select [!Ref Secret, [a]]", "25:10: Resources.Value.Properties.V.Fn::Select: Fn::Select cannot work with the value of a NoEcho parameter", ""},
		{"secret key", "!FindInMap [Hosts, !Ref Secret, name]", `25:21: Resources.Value.Properties.V.Fn::FindInMap: mapping Hosts has no value under "****", "****"`, ""},
		{"novalue", "!Base64 {Ref: AWS::NoValue}", "25:10: Resources.Value.Properties.V.Fn::Base64: AWS::NoValue cannot be an argument of Fn::Base64", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x, err := Parse("t.yaml", []byte(strings.Replace(everything, "VALUE", tt.value, 1)), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = x.Bind(Input{})
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			equalLines(t, lines(err), []string{tt.want})
			var es Errors
			if errors.As(err, &es) && tt.aws != "" && es[0].AWS != tt.aws {
				t.Errorf("AWS: got %q, want %q", es[0].AWS, tt.aws)
			}
		})
	}
}

func TestParameters(t *testing.T) {
	const text = `
Parameters:
  P: {Type: String, AllowedPattern: "[a-z]+(?=x).", MinLength: 2, MaxLength: 5, ConstraintDescription: small letters and an x}
  N: {Type: Number, MinValue: -1.5, MaxValue: 1e2}
  A: {Type: String, AllowedValues: [1, true, "x y"], Default: 1}
  S: {Type: String, NoEcho: TRUE, MaxLength: 3, Default: ""}
  L: {Type: List<Number>, Default: ""}
Resources: {R: {Type: X}}
`
	ok := map[string]string{"P": "abx", "N": "100"}
	for _, tt := range []struct {
		name string
		set  map[string]string
		want []string
		aws  string
	}{
		{"fine", nil, nil, ""},
		{"pattern", map[string]string{"P": "abc"}, []string{`3:3: Parameters.P: "abc" does not match [a-z]+(?=x).: small letters and an x`}, "Parameter P failed to satisfy constraint: small letters and an x"},
		{"whole pattern", map[string]string{"P": "abxc"}, []string{`3:3: Parameters.P: "abxc" does not match [a-z]+(?=x).: small letters and an x`}, ""},
		{"number", map[string]string{"N": "x"}, []string{`4:3: Parameters.N: "x" is not a number`}, "Parameter 'N' must be a number."},
		{"too small", map[string]string{"N": "-1.6"}, []string{`4:3: Parameters.N: "-1.6" is less than -3/2`}, ""},
		{"too large", map[string]string{"N": "101"}, []string{`4:3: Parameters.N: "101" is greater than 100`}, "Parameter 'N' must be a number not greater than 100"},
		{"monster", map[string]string{"N": "1e999999999"}, []string{`4:3: Parameters.N: "1e999999999" is not a number`}, ""},
		{"values", map[string]string{"A": "TRUE"}, []string{`5:3: Parameters.A: "TRUE" is not one of 1, true, x y`}, "Parameter 'A' must be one of AllowedValues"},
		{"secret", map[string]string{"S": "longer"}, []string{"6:3: Parameters.S: the value has 6 characters, at most 3 are allowed"}, ""},
		{"list", map[string]string{"L": "1, 2,x"}, []string{`7:3: Parameters.L: "1, 2,x" is not a number`}, ""},
		{"unknown", map[string]string{"Q": "1"}, []string{" Parameters.Q: a value is given for a parameter that the template does not have"}, "Parameters: [Q] do not exist in the template"},
		{"too long", map[string]string{"A": strings.Repeat("x", 5000)}, []string{"5:3: Parameters.A: the value has 5000 bytes, at most 4096 are allowed"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x, err := Parse("t.yaml", []byte(text), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			in := Input{Parameters: map[string]string{}}
			for k, v := range ok {
				in.Parameters[k] = v
			}
			for k, v := range tt.set {
				in.Parameters[k] = v
			}
			b, err := x.Bind(in)
			equalLines(t, lines(err), tt.want)
			var es Errors
			if errors.As(err, &es) && tt.aws != "" && es[0].AWS != tt.aws {
				t.Errorf("AWS: got %q, want %q", es[0].AWS, tt.aws)
			}
			if err == nil && b.Parameters()["S"] != "****" {
				t.Errorf("a secret is shown: %v", b.Parameters())
			}
		})
	}
	x, err := Parse("t.yaml", []byte(text), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = x.Bind(Input{})
	equalLines(t, lines(err), []string{"3:3: Parameters.P: has no value and no Default", "4:3: Parameters.N: has no value and no Default"})
}

func TestSecretsAreTraced(t *testing.T) {
	r := mustResolve(t, strings.Replace(everything, "VALUE", "{a: !Sub 'x${Secret}', b: !Join ['', [!Base64 {Ref: Secret}]], c: !Ref Stage}", 1), Input{}, "Value")
	for path, want := range map[string]bool{"a": true, "b": true, "c": false} {
		if got := r.Secret("V", path); got != want {
			t.Errorf("%s: secret is %v, want %v", path, got, want)
		}
	}
}

func TestOrderAndConditions(t *testing.T) {
	b := bind(t, strings.Replace(everything, "VALUE", "!If [Prod, !Ref Api, x]", 1), Input{})
	if b.Resource("OnlyProd") != nil || len(b.Resources()) != 2 {
		t.Errorf("got %d resources, OnlyProd exists: %v", len(b.Resources()), b.Resource("OnlyProd") != nil)
	}
	if got := b.Resource("Value").Needs; len(got) != 0 {
		t.Errorf("needs %v, want nothing in dev", got)
	}
	b = bind(t, strings.Replace(everything, "VALUE", "!If [Prod, !Ref Api, x]", 1), Input{Parameters: map[string]string{"Stage": "prod"}})
	if got := strings.Join(b.Resource("Value").Needs, " "); got != "Api OnlyProd" {
		t.Errorf("needs %q, want Api OnlyProd", got)
	}
}

func TestRules(t *testing.T) {
	text := everything + `
Rules:
  R:
    RuleCondition: !Equals [!Ref Stage, prod]
    Assertions:
      - Assert: !Contains [[x, y], !Ref Secret]
        AssertDescription: the secret is x or y
`
	text = strings.Replace(text, "VALUE", "v", 1)
	bind(t, text, Input{})
	x, err := Parse("t.yaml", []byte(text), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = x.Bind(Input{Parameters: map[string]string{"Stage": "prod"}})
	equalLines(t, lines(err), []string{"31:9: Rules.R: the secret is x or y"})
}

func TestOutputs(t *testing.T) {
	b := bind(t, strings.Replace(everything, "VALUE", "v", 1)+`
Outputs:
  A: {Value: !Sub 'http://${Api}/', Export: {Name: !Sub '${AWS::StackName}-url'}}
  B: {Value: x, Condition: Prod}
  C: {Value: 5}
`, Input{StackName: "s"})
	out, err := b.ResolveOutputs(known{"Api": "a1"})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != 2 || out[0].Value != "http://a1/" || out[0].Export != "s-url" || out[1].Value != "5" {
		t.Errorf("got %+v", out)
	}
	out, _ = b.ResolveOutputs(nil)
	if out[0].Value != (Unknown{"http://${Api}/"}) {
		t.Errorf("before resources: got %v", out[0].Value)
	}
}

func TestAttributeErrorsHaveAPlace(t *testing.T) {
	b := bind(t, strings.Replace(everything, "VALUE", "!GetAtt Api.Nope", 1), Input{})
	_, err := b.Resolve("Value", known{})
	equalLines(t, lines(err), []string{"25:18: Resources.Value.Properties.V.Fn::GetAtt: X has no attribute Nope"})
}
