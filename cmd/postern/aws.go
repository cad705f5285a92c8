package main

import (
	"context"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"postern/internal/backend"
)

// awsSettings reads AWS's own settings: AWS_* variables, and the profile of
// ~/.aws/config and ~/.aws/credentials. own is the gateway's address, which
// people name in AWS_ENDPOINT_URL for their tools and do not mean here.
//
// Chosen: the credentials of an EC2 instance are only asked for where
// AWS_EC2_METADATA_DISABLED is false, because elsewhere each request would wait
// for an address that does not answer.
func awsSettings(ctx context.Context, own string) (*backend.AWSSettings, error) {
	metadata := imds.ClientDisabled
	if strings.EqualFold(os.Getenv("AWS_EC2_METADATA_DISABLED"), "false") {
		metadata = imds.ClientEnabled
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithEC2IMDSClientEnableState(metadata))
	if err != nil {
		return nil, err
	}
	return &backend.AWSSettings{
		Credentials: cfg.Credentials,
		Endpoint: func(sdkID string) string {
			base := configuredEndpoint(ctx, &cfg, sdkID)
			if strings.TrimRight(base, "/") == own {
				return ""
			}
			return base
		},
	}, nil
}

// configuredEndpoint returns the endpoint that the settings name for a service:
// its own in the environment, then its own in the profile, then the common one.
func configuredEndpoint(ctx context.Context, cfg *aws.Config, sdkID string) string {
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(interface {
			GetIgnoreConfiguredEndpoints(context.Context) (bool, bool, error)
		}); ok {
			if ignore, found, err := s.GetIgnoreConfiguredEndpoints(ctx); err == nil && found && ignore {
				return ""
			}
		}
	}
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(interface {
			GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
		}); ok {
			if base, found, err := s.GetServiceBaseEndpoint(ctx, sdkID); err == nil && found {
				return base
			}
		}
	}
	if cfg.BaseEndpoint != nil {
		return *cfg.BaseEndpoint
	}
	return ""
}
