package cli

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestListFlagsTakeTheValuesThatFollow(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"up a.yaml", "up a.yaml"},
		{"up a.yaml --parameters A=1 B=2", "up a.yaml --parameters A=1 --parameters B=2"},
		{"up --parameters A=1 B=2 a.yaml C=3", "up --parameters A=1 --parameters B=2 a.yaml C=3"},
		{"up --parameters=A=1 B=2 a.yaml", "up --parameters=A=1 --parameters B=2 a.yaml"},
		{"up --vpc-link a=h:1 b=h:2 --watch c=3", "up --vpc-link a=h:1 --vpc-link b=h:2 --watch c=3"},
		{"up --parameters A=1 ./b=c.yaml", "up --parameters A=1 ./b=c.yaml"},
		{"up --parameters nonsense a.yaml", "up --parameters nonsense a.yaml"},
		{"up --parameters", "up --parameters"},
		{"up --parameters -- A=1", "up -- A=1"},
		{"up --parameters A=1 -", "up --parameters A=1 -"},
		{"up -- --parameters A=1 B=2", "up -- --parameters A=1 B=2"},
		{"up --stack-name A=1 B=2", "up --stack-name A=1 B=2"},
	} {
		if got := spreadLists(strings.Fields(tt.args)); !slices.Equal(got, strings.Fields(tt.want)) {
			t.Errorf("%s\ngot  %s\nwant %s", tt.args, strings.Join(got, " "), tt.want)
		}
	}
}

func TestPairsAreReadInBothSpellings(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want map[string]string // nil: an error
	}{
		{args: []string{"A=1", "B=x=y"}, want: map[string]string{"A": "1", "B": "x=y"}},
		{args: []string{"A="}, want: map[string]string{"A": ""}},
		{args: []string{"ParameterKey=A,ParameterValue=b,c"}, want: map[string]string{"A": "b,c"}},
		{args: []string{"ParameterKey=A"}},
		{args: []string{"A"}},
		{args: []string{"=1"}},
		{args: []string{"A=1", "A=2"}},
	} {
		got, err := pairs("--parameters", tt.args)
		if (err != nil) != (tt.want == nil) || err == nil && !maps.Equal(got, tt.want) {
			t.Errorf("%q: got %v, %v, want %v", tt.args, got, err, tt.want)
		}
	}
}

func TestLinksLeadToAnAddress(t *testing.T) {
	for _, tt := range []struct {
		arg string
		ok  bool
	}{
		{"orders=127.0.0.1:8098", true},
		{"arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/a/1=[::1]:80", true},
		{"orders=backend", false},
		{"orders=:80", false},
		{"orders", false},
	} {
		if _, err := links([]string{tt.arg}); (err == nil) != tt.ok {
			t.Errorf("%s: got %v", tt.arg, err)
		}
	}
}

func TestStacksAreNamedAfterFiles(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"pets.yaml", "pets"},
		{"a/b/My_Pets.template.json", "My-Pets"},
		{"examples/quickstart/template.yaml", "quickstart"},
		{"1st.yaml", "stack-1st"},
		{"…", "stack"},
		{"pets-.yaml", "pets"},
		{strings.Repeat("a", 200) + ".yaml", strings.Repeat("a", 128)},
	} {
		if got := stackName(tt.file); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.file, got, tt.want)
		}
	}
}

func TestNextPort(t *testing.T) {
	for _, tt := range []struct{ addr, want string }{
		{"127.0.0.1:4566", "127.0.0.1:4567"},
		{"[::1]:80", "[::1]:81"},
		{"127.0.0.1:65535", "127.0.0.1:4567"},
		{"nonsense", "127.0.0.1:4567"},
	} {
		if got := nextPort(tt.addr); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.addr, got, tt.want)
		}
	}
}

func FuzzSpreadLists(f *testing.F) {
	f.Add("up --parameters A=1 B=2 a.yaml")
	f.Add("--var=A=1 - -- --tags")
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Fields(line)
		once := spreadLists(args)
		if twice := spreadLists(once); !slices.Equal(once, twice) {
			t.Errorf("%q\nonce  %q\ntwice %q", args, once, twice)
		}
	})
}
