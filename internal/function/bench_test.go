package function_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"postern/internal/backend"
	"postern/internal/function"
)

// BenchmarkWarmInvoke is an invocation of a warm Node.js function with an event
// of API Gateway's size. The function's own time is part of ns/op.
func BenchmarkWarmInvoke(b *testing.B) {
	for _, parallel := range []int{1, 8} {
		b.Run(map[int]string{1: "one", 8: "eight"}[parallel], func(b *testing.B) {
			dir := b.TempDir()
			if err := os.WriteFile(dir+"/index.mjs", []byte(`export const handler = async () => ({ statusCode: 200, body: '{"message":"hello"}' })`), 0o644); err != nil {
				b.Fatal(err)
			}
			r := &function.Runner{Path: os.Getenv("PATH")}
			defer r.Close()
			f, err := r.Open(&function.Config{Name: "f", ARN: "arn:aws:lambda:eu-west-1:123456789012:function:f", Runtime: "nodejs20.x", Handler: "index.handler",
				Code: function.Code{Dir: dir}, Log: func(function.Line) {}})
			if err != nil {
				b.Fatal(err)
			}
			payload := []byte(`{"body":"` + strings.Repeat("x", 2000) + `"}`)
			invoke := func() {
				a, err := f.Invoke(context.Background(), &backend.FunctionCall{Payload: payload, PayloadChecked: true})
				if err != nil || a.FunctionError != "" {
					b.Fatal(a, err)
				}
			}
			invoke()
			b.ReportAllocs()
			b.SetParallelism(parallel)
			b.ResetTimer()
			if parallel == 1 {
				for b.Loop() {
					invoke()
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					invoke()
				}
			})
		})
	}
}
