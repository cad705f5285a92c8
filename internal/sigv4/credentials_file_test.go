package sigv4

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestReadProfiles(t *testing.T) {
	got, err := ReadProfiles(strings.NewReader("\ufeff# my keys\n[default]\naws_access_key_id = AKIDONE\naws_secret_access_key=se=cret\n" +
		"region = eu-west-1\ns3 =\n  max_concurrent_requests = 20\n\n[sso] ; no keys here\nsso_start_url = https://example\n" +
		"[ temporary ]\nAWS_ACCESS_KEY_ID=ASIATWO\r\naws_secret_access_key=s\naws_session_token=t==\naws_expiration=2026-01-02T15:04:05Z\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Profile{
		{"default", 2, Credentials{AccessKeyID: "AKIDONE", SecretAccessKey: "se=cret"}},
		{"temporary", 11, Credentials{AccessKeyID: "ASIATWO", SecretAccessKey: "s", SessionToken: "t==", Expires: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestReadProfilesSaysWhere(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"aws_access_key_id=hush\n", "1: expected a profile's name in square brackets before the first setting"},
		{"[a\n", "1: expected a profile's name in square brackets"},
		{"[a] b\n", "1: expected a profile's name in square brackets"},
		{"[a]\nhush\n", "2: expected name = value"},
		{"\n[a]\naws_access_key_id=hush\n", "2: profile a has no aws_secret_access_key"},
		{"[a]\naws_secret_access_key=hush\n", "1: profile a has no aws_access_key_id"},
		{"[a]\naws_expiration=hush\n", "2: expected a time such as 2026-01-02T15:04:05Z"},
	} {
		if _, err := ReadProfiles(strings.NewReader(tt.text)); err == nil || err.Error() != tt.want {
			t.Errorf("%q: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

func FuzzReadProfiles(f *testing.F) {
	f.Add("[default]\naws_access_key_id = AKID\naws_secret_access_key = s\n")
	f.Add("[a]\n x\n;\n[]\n=")
	f.Fuzz(func(t *testing.T, text string) {
		profiles, err := ReadProfiles(strings.NewReader(text))
		for _, p := range profiles {
			if err != nil || p.Name == "" || p.AccessKeyID == "" || p.SecretAccessKey == "" {
				t.Fatalf("got %+v, %v", p, err)
			}
		}
	})
}
