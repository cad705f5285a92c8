package cli

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestEchoAnswersWithWhatItReceived(t *testing.T) {
	r := httptest.NewRequest("PUT", "/pets/7?color=green&tag=a&tag=b", strings.NewReader(`{"name": "ada"}`))
	r.Header.Set("X-One", "1")
	r.Header["X-Two"] = []string{"1", "2"}
	w := httptest.NewRecorder()
	(&Echo{}).ServeHTTP(w, r)
	want := `{
  "method": "PUT",
  "path": "/pets/7",
  "query": {
    "color": "green",
    "tag": [
      "a",
      "b"
    ]
  },
  "headers": {
    "Host": "example.com",
    "X-One": "1",
    "X-Two": [
      "1",
      "2"
    ]
  },
  "body": "{\"name\": \"ada\"}",
  "json": {
    "name": "ada"
  }
}
`
	if w.Body.String() != want || w.Code != 200 || w.Header().Get(echoHeader) == "" {
		t.Errorf("got %d\n%s\nwant\n%s", w.Code, w.Body, want)
	}
}

func TestEchoObeysThePath(t *testing.T) {
	for _, tt := range []struct {
		path string
		want int
	}{
		{"/status/204", 204},
		{"/status/503/anything", 503},
		{"/delay/1", 200},
		{"/", 200},
		{"/statuses/404", 200},
		{"/status/", 400},
		{"/status/101", 400},
		{"/status/x", 400},
		{"/delay/60001", 400},
		{"/delay/-1", 400},
	} {
		w := httptest.NewRecorder()
		(&Echo{}).ServeHTTP(w, httptest.NewRequest("GET", tt.path, nil))
		if w.Code != tt.want {
			t.Errorf("%s: got %d, want %d", tt.path, w.Code, tt.want)
		}
		if tt.want == 204 && w.Body.Len() > 0 {
			t.Errorf("%s: got a body", tt.path)
		}
	}
}

func TestEchoOfWhatIsNoTextIsBase64(t *testing.T) {
	w := httptest.NewRecorder()
	(&Echo{}).ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader("\x89\xff")))
	var got echoed
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Body != "if8=" {
		t.Errorf("got %q, %v, want if8=", got.Body, err)
	}
}
