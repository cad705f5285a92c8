package main

import (
	"maps"
	"testing"
)

// What a function does with credentials happens in somebody's account.
func TestFunctionsGetCredentialsOnlyIfTheyAreLent(t *testing.T) {
	environment := []string{"HOME=/home/ada", "AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=token",
		"AWS_PROFILE=prod", "AWS_ENDPOINT_URL=http://a", "AWS_ENDPOINT_URL_SQS=http://b"}
	endpoints := map[string]string{"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_SQS": "http://b"}
	if got := functionEnvironment(environment, false); !maps.Equal(got, endpoints) {
		t.Errorf("not lent: %v", got)
	}
	lent := maps.Clone(endpoints)
	maps.Copy(lent, map[string]string{"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"})
	if got := functionEnvironment(environment, true); !maps.Equal(got, lent) {
		t.Errorf("lent: %v", got)
	}
}
