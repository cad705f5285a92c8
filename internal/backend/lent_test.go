package backend

import (
	"bytes"
	"io"
	"net/http"
	"testing"
)

func TestAReleasedBodyIsNotRead(t *testing.T) {
	for _, size := range []int{1, smallBody, smallBody + 1, 10 * smallBody} {
		body := bytes.Repeat([]byte("a"), size)
		out := &http.Request{Method: http.MethodPost}
		release := setBody(out, body)
		again, err := out.GetBody()
		if err != nil || out.ContentLength != int64(size) {
			t.Fatalf("%d bytes: got length %d, %v", size, out.ContentLength, err)
		}
		first := make([]byte, 1)
		if _, err := io.ReadFull(out.Body, first); err != nil {
			t.Fatal(err)
		}
		release()
		for i := range body {
			body[i] = 'z'
		}
		for _, r := range []io.Reader{out.Body, again} {
			rest, err := io.ReadAll(r)
			if bytes.ContainsRune(rest, 'z') {
				t.Errorf("%d bytes: the body was read when it was the caller's again", size)
			}
			if copied := size <= smallBody; copied != (err == nil) {
				t.Errorf("%d bytes: got error %v, want one only for a body that is not a copy", size, err)
			}
		}
	}
}
