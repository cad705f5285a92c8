package stack

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"postern/internal/lang/cfn"
)

// Planning 500 resources should take less than 100 ms.
func BenchmarkPlan(b *testing.B) {
	var text strings.Builder
	text.WriteString("Resources:\n  R0: {Type: Test::A::Thing}\n")
	for i := 1; i < 500; i++ {
		fmt.Fprintf(&text, "  R%d: {Type: Test::A::Thing, Properties: {Size: %d, Uses: !Ref R%d}}\n", i, i%10, i/2)
	}
	l := newLab(b)
	l.must("s", text.String())
	changed := []byte(strings.ReplaceAll(text.String(), "Size: 3", "Size: 4"))
	b.ReportAllocs()
	for b.Loop() {
		t, err := cfn.Parse("t.yaml", changed, cfn.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := l.Plan(context.Background(), "s", t, Input{}); err != nil {
			b.Fatal(err)
		}
	}
}
