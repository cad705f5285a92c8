package cfn

import (
	"fmt"
	"strings"
	"testing"
)

func TestPropertiesKnowWhereTheyStand(t *testing.T) {
	const text = `Parameters: {T: {Type: Number, Default: 20}}
Resources:
  Orders:
    Type: X
    Properties:
      TimeoutMilliseconds: !Ref T
      "Uri": http://x
      RequestParameters:
        integration.request.header.X-Pet: method.request.header.X-Pett
      List: [a, {b: c}]
`
	r := mustResolve(t, text, Input{}, "Orders")
	for _, tt := range []struct{ path, want string }{
		{"TimeoutMilliseconds", "6:28 3"},
		{"Uri", "7:14 8"},
		{"RequestParameters integration.request.header.X-Pet", "9:43 28"},
		{"List 1 b", "10:21 1"},
		{"List 7", "10:7 4"},
		{"Missing", "3:3 6"},
		{"Uri deeper", "7:14 8"},
		{"", "3:3 6"},
	} {
		p, w := r.Position(strings.Fields(tt.path)...)
		if got := fmt.Sprintf("%d:%d %d", p.Line, p.Column, w); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.path, got, tt.want)
		}
	}
	if p, _ := r.KeyPosition("Uri"); p.Line != 7 || p.Column != 7 {
		t.Errorf("key of Uri: got %v, want 7:7", p)
	}
	if got := r.Error("20 is outside 50–900000 milliseconds", "TimeoutMilliseconds").Error(); got != "t.yaml:6:28: Resources.Orders.Properties.TimeoutMilliseconds: 20 is outside 50–900000 milliseconds" {
		t.Errorf("got %s", got)
	}
}

// The text has a mark, @, whose place in the file must be found.
func TestPlacesInsideText(t *testing.T) {
	for _, tt := range []struct{ name, value string }{
		{"plain", "ab@c"},
		{"single", "'it''s @'"},
		{"double", `"a\n\"\u00fc \x41@"`},
		{"double, folded", "\"one\n        two \\\n        th@ree\""},
		{"plain, folded", "one\n        two\n        th@ree"},
		{"literal", "|\n        {\n          \"a\": @\n        }\n"},
		{"literal, stripped", "|-\n        a\n        @b\n"},
		{"literal, kept", "|+\n        a\n\n        @b\n\n"},
		{"literal, indented by number", "|2\n            x\n          @\n"},
		{"literal, blank first", "|\n\n        a\n         é @\n"},
		{"folded", ">\n        one\n        two\n\n        three @four\n"},
		{"folded, more indented", ">\n        one\n          two\n        @\n"},
		{"sub", "!Sub |\n        ${AWS::Region} and ${!Lit} then\n        ${AWS::StackName}  @\n"},
		{"sub, quoted", `!Sub "${AWS::Region}\t${!x} @"`},
		{"anchor", "&a !!str |\n        x\n        @\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := "Resources:\n  A:\n    Type: X\n    Properties:\n      P: " + tt.value + "\n"
			r := mustResolve(t, text, Input{StackName: "stack"}, "A")
			s, _ := r.Properties()["P"].(string)
			at := strings.IndexByte(s, '@')
			if at < 0 {
				t.Fatalf("no mark in %q", s)
			}
			want := placeOf(text, strings.IndexByte(text, '@'))
			if got := r.TextPosition(at, "P"); got.Line != want.line || got.Column != want.column {
				t.Errorf("got %d:%d, want %d:%d in\n%s", got.Line, got.Column, want.line, want.column, text)
			}
		})
	}
	r := mustResolve(t, `{"Resources": {"A": {"Type": "X", "Properties": {"P": "\ud83d\ude00\n\/@"}}}}`, Input{}, "A")
	if got := r.TextPosition(strings.IndexByte(r.Properties()["P"].(string), '@'), "P"); got.Column != 72 {
		t.Errorf("JSON: got column %d, want 72", got.Column)
	}
}

func TestSourceLines(t *testing.T) {
	x, err := Parse("t.yaml", []byte("\ufeff# first\r\n"+api), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := x.Line(1); got != "# first" {
		t.Errorf("got %q", got)
	}
	if got := x.PositionOf("Api"); got.Line != 4 || x.Line(4) != "  Api:" {
		t.Errorf("Api stands at %v, line 4 is %q", got, x.Line(4))
	}
	if x.Line(0) != "" || x.Line(99) != "" {
		t.Error("lines outside of the file are not empty")
	}
}
