package cli

import (
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
)

func TestListenerIsFoundInTheTable(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:11D6 0100007F:B2A4 01 00000000:00000000 00:00000000 00000000  1000        0 111 1 0 20 4 30 10 -1
   1: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 222 1 0 100 0 0 10 0
   2: short
`
	for _, tt := range []struct {
		port uint16
		want string
	}{
		{4566, "222"},
		{80, ""},
	} {
		if got := listener(table, tt.port); got != tt.want {
			t.Errorf("port %d: got %q, want %q", tt.port, got, tt.want)
		}
	}
}

func TestHolderIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := holder(l.Addr().String())
	want := ""
	if runtime.GOOS == "linux" {
		name, err := os.ReadFile("/proc/self/comm")
		if err != nil {
			t.Fatal(err)
		}
		want = strings.TrimSpace(string(name))
	}
	if !strings.HasPrefix(got, want) || want == "" && got != "" {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := holder("nonsense"); got != "" {
		t.Errorf("got %q of what is no address", got)
	}
}
