package backend

import (
	"slices"
	"strings"
)

// This file says where the services of AWS are and how they are spoken to.
//
// See "AWS service endpoints" in the AWS General Reference, and the endpoint
// rules of the AWS SDKs.

// ServiceOptions say which service an integration calls, and as whom.
type ServiceOptions struct {
	Partition string // aws, aws-cn, aws-us-gov …
	Region    string
	Subdomain string // stands before the service in the host's name; may be empty
	Service   string // as integration URIs have it: sqs, dynamodb, states …
	Action    string // of an action URI; empty: a path URI
	Role      string // ARN of the role to assume; empty: none
	Caller    bool   // the request says who signs: Request.Caller
}

// A Protocol is how a service's actions are called.
type Protocol uint8

// Protocols of actions.
const (
	QueryProtocol Protocol = iota // Action={name} in the query
	JSONProtocol                  // X-Amz-Target: {prefix}.{name}
	RESTProtocol                  // the verb and path say what is meant
)

// A service is what the table knows of one.
type service struct {
	names    []string // in integration URIs; the first is what the others are aliases of
	host     string   // label of its host name; empty: the first name
	signing  string   // name in signatures; empty: the first name
	sdk      string   // name in the SDKs' settings, as in AWS_ENDPOINT_URL_{SDK}; empty: the first name
	protocol Protocol
	target   string // what stands before the action in X-Amz-Target
	version  string // of JSON: 1.0 or 1.1
	global   bool   // one host for the partition, in whose home region is signed
}

// services are those that do not follow the rule, which is: host, signature and
// settings have the name of the URI, and actions are queries.
var services = []service{
	{names: []string{"dynamodb"}, sdk: "DynamoDB", protocol: JSONProtocol, target: "DynamoDB_20120810", version: "1.0"},
	{names: []string{"kinesis"}, sdk: "Kinesis", protocol: JSONProtocol, target: "Kinesis_20131202", version: "1.1"},
	{names: []string{"firehose"}, sdk: "Firehose", protocol: JSONProtocol, target: "Firehose_20150804", version: "1.1"},
	{names: []string{"states"}, sdk: "SFN", protocol: JSONProtocol, target: "AWSStepFunctions", version: "1.0"},
	{names: []string{"kms"}, sdk: "KMS", protocol: JSONProtocol, target: "TrentService", version: "1.1"},
	{names: []string{"secretsmanager"}, sdk: "Secrets Manager", protocol: JSONProtocol, target: "secretsmanager", version: "1.1"},
	{names: []string{"logs"}, sdk: "CloudWatch Logs", protocol: JSONProtocol, target: "Logs_20140328", version: "1.1"},
	{names: []string{"cognito-idp"}, sdk: "Cognito Identity Provider", protocol: JSONProtocol, target: "AWSCognitoIdentityProviderService", version: "1.1"},
	{names: []string{"cognito-identity"}, sdk: "Cognito Identity", protocol: JSONProtocol, target: "AWSCognitoIdentityService", version: "1.1"},
	{names: []string{"codebuild"}, sdk: "CodeBuild", protocol: JSONProtocol, target: "CodeBuild_20161006", version: "1.1"},
	{names: []string{"codepipeline"}, sdk: "CodePipeline", protocol: JSONProtocol, target: "CodePipeline_20150709", version: "1.1"},
	{names: []string{"ecs"}, sdk: "ECS", protocol: JSONProtocol, target: "AmazonEC2ContainerServiceV20141113", version: "1.1"},
	{names: []string{"athena"}, sdk: "Athena", protocol: JSONProtocol, target: "AmazonAthena", version: "1.1"},
	{names: []string{"glue"}, sdk: "Glue", protocol: JSONProtocol, target: "AWSGlue", version: "1.1"},
	{names: []string{"comprehend"}, sdk: "Comprehend", protocol: JSONProtocol, target: "Comprehend_20171127", version: "1.1"},
	{names: []string{"rekognition"}, sdk: "Rekognition", protocol: JSONProtocol, target: "RekognitionService", version: "1.1"},
	{names: []string{"textract"}, sdk: "Textract", protocol: JSONProtocol, target: "Textract", version: "1.1"},
	{names: []string{"translate"}, sdk: "Translate", protocol: JSONProtocol, target: "AWSShineFrontendService_20170701", version: "1.1"},
	// EventBridge's target must be mapped. Observed.
	{names: []string{"events"}, sdk: "EventBridge", protocol: RESTProtocol},
	{names: []string{"sqs"}, sdk: "SQS"},
	{names: []string{"sns"}, sdk: "SNS"},
	{names: []string{"ssm"}, sdk: "SSM"}, // a query. Observed.
	{names: []string{"ses", "email"}, host: "email", sdk: "SES"},
	{names: []string{"monitoring", "cloudwatch"}, sdk: "CloudWatch"},
	{names: []string{"sts"}, sdk: "STS"},
	{names: []string{"iam"}, sdk: "IAM", global: true},
	{names: []string{"route53"}, sdk: "Route 53", protocol: RESTProtocol, global: true},
	{names: []string{"cloudfront"}, sdk: "CloudFront", protocol: RESTProtocol, global: true},
	{names: []string{"s3"}, sdk: "S3", protocol: RESTProtocol},
	{names: []string{"lambda"}, sdk: "Lambda", protocol: RESTProtocol},
	{names: []string{"execute-api"}, protocol: RESTProtocol},
	{names: []string{"appsync-api"}, signing: "appsync", sdk: "AppSync", protocol: RESTProtocol},
	{names: []string{"bedrock-runtime"}, signing: "bedrock", sdk: "Bedrock Runtime", protocol: RESTProtocol},
	{names: []string{"sagemaker"}, sdk: "SageMaker Runtime", protocol: RESTProtocol},
	{names: []string{"iotdata", "iot"}, host: "iot", sdk: "IoT Data Plane", protocol: RESTProtocol},
}

// knownService returns what the table says of a service.
func knownService(name string) service {
	i := slices.IndexFunc(services, func(s service) bool { return slices.Contains(s.names, name) })
	s := service{names: []string{name}}
	if i >= 0 {
		s = services[i]
	}
	if s.host == "" {
		s.host = s.names[0]
	}
	if s.signing == "" {
		s.signing = s.names[0]
	}
	if s.sdk == "" {
		s.sdk = s.names[0]
	}
	return s
}

// Protocol returns how the service's actions are called, and for JSONProtocol
// what X-Amz-Target and Content-Type are.
func (o *ServiceOptions) Protocol() (p Protocol, target, contentType string) {
	s := knownService(o.Service)
	if s.protocol != JSONProtocol {
		return s.protocol, "", ""
	}
	return s.protocol, s.target + "." + o.Action, "application/x-amz-json-" + s.version
}

// A partition is a group of regions.
type partition struct {
	name   string
	prefix string // of its regions
	suffix string // of its host names
	home   string // region in which global services sign
}

// partitions are AWS's. Regions of none of the later ones are in the first.
var partitions = []partition{
	{"aws", "", "amazonaws.com", "us-east-1"},
	{"aws-cn", "cn-", "amazonaws.com.cn", "cn-north-1"},
	{"aws-us-gov", "us-gov-", "amazonaws.com", "us-gov-west-1"},
	{"aws-iso", "us-iso-", "c2s.ic.gov", "us-iso-east-1"},
	{"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "us-isob-east-1"},
	{"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "eu-isoe-west-1"},
	{"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "us-isof-south-1"},
	{"aws-eusc", "eusc-", "amazonaws.eu", "eusc-de-east-1"},
}

// PartitionOf returns the partition of a region.
func PartitionOf(region string) string {
	for _, p := range partitions[1:] {
		if strings.HasPrefix(region, p.prefix) {
			return p.name
		}
	}
	return partitions[0].name
}

func (o *ServiceOptions) partition() partition {
	for _, p := range partitions {
		if p.name == o.Partition {
			return p
		}
	}
	return partitions[0]
}

// Host returns the name of the service's host at AWS.
func (o *ServiceOptions) Host() string {
	s, p := knownService(o.Service), o.partition()
	host := s.host
	if o.Service == "states" && o.Action == "StartSyncExecution" {
		host = "sync-" + host
	}
	if o.Subdomain != "" {
		host = o.Subdomain + "." + host
	}
	if s.global {
		return host + "." + p.suffix
	}
	return host + "." + o.Region + "." + p.suffix
}

// signing returns the service and region that signatures are scoped to.
func (o *ServiceOptions) signing() (service, region string) {
	s := knownService(o.Service)
	if s.global {
		return s.signing, o.partition().home
	}
	if o.Service == "iot" && o.Subdomain != "" {
		return "iotdata", o.Region
	}
	return s.signing, o.Region
}
