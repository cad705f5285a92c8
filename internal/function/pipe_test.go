package function

import (
	"fmt"
	"testing"
)

func TestMessagesOfBootstraps(t *testing.T) {
	for _, tt := range []struct {
		line string
		want bootstrapMessage // zero: refused
	}{
		{"next", bootstrapMessage{verb: "next"}},
		{"response\tid\t12", bootstrapMessage{verb: "response", id: "id", size: 12}},
		{"error\tid\tTypeError\t0", bootstrapMessage{verb: "error", id: "id", kind: "TypeError"}},
		{"init\tRuntime.ImportModuleError\t7", bootstrapMessage{verb: "init", kind: "Runtime.ImportModuleError", size: 7}},
		{line: ""}, {line: "next\t1"}, {line: "response"}, {line: "response\tid"}, {line: "response\tid\t-1"},
		{line: "response\tid\t1\t2"}, {line: "response\tid\t99999999999999999999"}, {line: "other\tid\t1"},
	} {
		got, err := parseMessage([]byte(tt.line))
		if (err == nil) != (tt.want != bootstrapMessage{}) || err == nil && got != tt.want {
			t.Errorf("%q: got %+v %v, want %+v", tt.line, got, err, tt.want)
		}
	}
}

func FuzzMessage(f *testing.F) {
	for _, seed := range []string{"next", "response\tid\t12", "error\tid\tTypeError\t0", "init\t\t7", "response\t\t\t"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := parseMessage(line)
		if err != nil {
			return
		}
		again := m.verb
		for _, s := range map[string][]string{"response": {m.id}, "error": {m.id, m.kind}, "init": {m.kind}}[m.verb] {
			again += "\t" + s
		}
		if m.verb != "next" {
			again += fmt.Sprintf("\t%d", m.size)
		}
		if n, err := parseMessage([]byte(again)); err != nil || n != m || m.size < 0 {
			t.Errorf("%q is read as %+v, which is read as %+v %v", line, m, n, err)
		}
	})
}
