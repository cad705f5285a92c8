package lambda

import (
	"regexp"
	"strings"
	"testing"
)

func TestFormsOfAName(t *testing.T) {
	for _, tt := range []struct {
		text, qualifier string
		want            Name
		refusal         string // a part of it
	}{
		{text: "hello", want: Name{Function: "hello"}},
		{text: "hello:live", want: Name{Function: "hello", Qualifier: "live"}},
		{text: "hello:$LATEST", want: Name{Function: "hello", Qualifier: "$LATEST"}},
		{text: "function:hello", want: Name{Function: "hello"}},
		{text: "123456789012:function:hello", want: Name{AccountID: "123456789012", Function: "hello"}},
		{text: "arn:aws:lambda:eu-west-1:123456789012:function:hello", want: Name{Region: "eu-west-1", AccountID: "123456789012", Function: "hello"}},
		{text: "arn:aws-cn:lambda:cn-north-1:123456789012:function:hello:7", want: Name{Region: "cn-north-1", AccountID: "123456789012", Function: "hello", Qualifier: "7"}},
		{text: "hello", qualifier: "7", want: Name{Function: "hello", Qualifier: "7"}},
		{text: "hello:7", qualifier: "7", want: Name{Function: "hello", Qualifier: "7"}},
		{text: "hello:7", qualifier: "8", refusal: "The derived qualifier from the function name does not match the specified qualifier."},
		{text: "hello", qualifier: "a b", refusal: "Value 'a b' at 'qualifier' failed to satisfy constraint"},
		{text: "", refusal: "at 'functionName' failed to satisfy constraint"},
		{text: "a/b", refusal: "Value 'a/b' at 'functionName'"},
		{text: "arn:aws:s3:::bucket", refusal: "at 'functionName'"},
		{text: strings.Repeat("a", 65), refusal: "length less than or equal to 64"},
	} {
		got, err := QualifiedName(tt.text, tt.qualifier)
		switch {
		case tt.refusal == "" && err != nil, tt.refusal != "" && (err == nil || !strings.Contains(err.Error(), tt.refusal)):
			t.Errorf("%q %q: got %v, want %q", tt.text, tt.qualifier, err, tt.refusal)
		case err == nil && got != tt.want:
			t.Errorf("%q %q: got %+v, want %+v", tt.text, tt.qualifier, got, tt.want)
		}
	}
}

// A name that is read has no character that could lead out of its key.
func FuzzParseName(f *testing.F) {
	for _, seed := range []string{"hello", "arn:aws:lambda:eu-west-1:123456789012:function:hello:7", "a:$LATEST", "..", "a/b", "a\x00"} {
		f.Add(seed)
	}
	safe := regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ParseName(text)
		if err == nil && (!safe.MatchString(n.Function) || n.Qualifier != "" && !qualifierForm.MatchString(n.Qualifier)) {
			t.Errorf("%q: %+v", text, n)
		}
	})
}
