package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// awsFiles makes the environment one in which only these files and variables
// are AWS's.
func awsFiles(t *testing.T, config, credentials string, variables map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SFN",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_EC2_METADATA_DISABLED", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"} {
		t.Setenv(name, variables[name])
	}
	for name, text := range map[string]string{"AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": credentials} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, file)
	}
}

func TestEndpointsByAWSsOwnSettings(t *testing.T) {
	const profile = `[profile dev]
region = eu-west-1
endpoint_url = http://common.test
services = local
[services local]
dynamodb =
  endpoint_url = http://tables.test
`
	for _, tt := range []struct {
		name      string
		variables map[string]string
		service   string // as the SDKs call it
		want      string
	}{
		{"nothing is said", nil, "DynamoDB", ""},
		{"the profile's own", map[string]string{"AWS_PROFILE": "dev"}, "DynamoDB", "http://tables.test"},
		{"the profile's common one", map[string]string{"AWS_PROFILE": "dev"}, "SQS", "http://common.test"},
		{"the environment's own", map[string]string{"AWS_PROFILE": "dev", "AWS_ENDPOINT_URL_DYNAMODB": "http://mine.test"}, "DynamoDB", "http://mine.test"},
		{"the environment's common one", map[string]string{"AWS_ENDPOINT_URL": "http://all.test"}, "SFN", "http://all.test"},
		{"ignored", map[string]string{"AWS_PROFILE": "dev", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "DynamoDB", ""},
		{"the gateway itself", map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:4566/"}, "SQS", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			awsFiles(t, profile, "", tt.variables)
			s, err := awsSettings(context.Background(), "http://127.0.0.1:4566")
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Endpoint(tt.service); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCredentialsByAWSsOwnSettings(t *testing.T) {
	const credentials = `[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = s
[dev]
aws_access_key_id = AKIDDEV
aws_secret_access_key = s
`
	for _, tt := range []struct {
		name, file string
		variables  map[string]string
		want       string // access key; empty: none
	}{
		{"none", "", nil, ""},
		{"the default profile", credentials, nil, "AKIDDEFAULT"},
		{"another profile", credentials, map[string]string{"AWS_PROFILE": "dev"}, "AKIDDEV"},
		{"the environment", credentials, map[string]string{"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s"}, "AKIDENV"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			awsFiles(t, "", tt.file, tt.variables)
			s, err := awsSettings(context.Background(), "")
			if err != nil {
				t.Fatal(err)
			}
			c, err := s.Credentials.Retrieve(context.Background())
			if c.AccessKeyID != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("got %q %v, want %q", c.AccessKeyID, err, tt.want)
			}
		})
	}
}
