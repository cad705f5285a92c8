package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "postern",
		Short: "Amazon API Gateway REST APIs on your own machine",
		Long: `Postern serves Amazon API Gateway REST APIs from CloudFormation templates, on your
own machine: the same nouns, the same mapping templates, the same answers.`,
		Example: `  postern up examples/quickstart/template.yaml --with-echo 127.0.0.1:8099
  curl http://127.0.0.1:4566/_aws/execute-api/5q3jzmu2ci/local/hello/ada
  postern plan examples/quickstart/template.yaml`,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		Args:                       c.knownCommand,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return c.prepare(cmd)
		},
	}
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if version, err := cmd.Flags().GetBool("version"); err == nil && version {
			return c.printVersion()
		}
		return cmd.Help()
	}
	f := root.PersistentFlags()
	f.StringVarP(&c.output, "output", "o", outputText, "print results as `FORMAT`: text or json")
	f.StringVar(&c.color, "color", "auto", "use colors `WHEN`: auto, always or never; NO_COLOR is obeyed")
	f.CountVarP(&c.verbose, "verbose", "v", "log more``; twice: everything")
	f.BoolVarP(&c.quiet, "quiet", "q", false, "no progress and notes")
	f.Bool("no-cli-pager", false, "accepted; there is no pager")
	f.Lookup("no-cli-pager").Hidden = true
	root.Flags().Bool("version", false, "print the version")
	root.SetFlagErrorFunc(nearFlag)
	root.SetUsageTemplate(usageTemplate)
	root.SetHelpTemplate(helpTemplate)
	cobra.AddTemplateFunc("bold", c.style.bold)

	for _, g := range []cobra.Group{{ID: "run", Title: "Run"}, {ID: "check", Title: "Check"}, {ID: "try", Title: "Try"}, {ID: "other", Title: "Other"}} {
		root.AddGroup(&g)
	}
	add := func(group string, commands ...*cobra.Command) {
		for _, cmd := range commands {
			cmd.GroupID = group
			root.AddCommand(cmd)
		}
	}
	add("run", c.upCommand(), c.downCommand(), c.serveCommand(), c.listCommand())
	add("check", c.checkCommand(), c.planCommand(), c.renderCommand(), c.testCommand(), c.explainCommand())
	add("try", c.invokeCommand(), c.traceCommand(), c.logsCommand(), c.echoCommand())
	add("other", c.environCommand(), c.versionCommand())
	root.SetHelpCommand(c.helpCommand())
	root.SetHelpCommandGroupID("other")
	root.SetCompletionCommandGroupID("other")
	root.AddCommand(topics()...)
	c.complete(root)
	return root
}

// prepare is what every command does first.
func (c *command) prepare(cmd *cobra.Command) error {
	if err := c.environment(cmd); err != nil {
		return err
	}
	switch c.color {
	case "auto", "always", "never":
		c.style = c.Program.style(c.color)
	default:
		return usage("", "%s: found %q, expected auto, always or never", c.setting("color"), cutText(c.color, 40))
	}
	switch c.output {
	case outputText, outputJSON:
	case "table":
		c.output = outputText
	default:
		return usage("", "%s: found %q, expected text or json", c.setting("output"), cutText(c.output, 40))
	}
	c.mistyped(cmd.Root())
	if f := cmd.Flags().Lookup("capabilities"); f != nil && f.Changed {
		c.note("--capabilities is not needed here and is ignored")
	}
	return nil
}

// helpCommand is cobra's, but for what is neither a command nor a topic.
func (c *command) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND|TOPIC]",
		Short: "Show the help of a command or a topic",
		Long:  "Show the help of a command or a topic; without either, all there are.",
		Example: `  postern help up
  postern help exit-codes`,
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return c.knownCommand(cmd.Root(), append(rest, args...))
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
		ValidArgsFunction: words(func(cmd *cobra.Command, args []string) []string {
			var out []string
			if len(args) > 0 {
				return nil
			}
			for _, sub := range cmd.Root().Commands() {
				if sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
					out = append(out, described(sub.Name(), sub.Short))
				}
			}
			return out
		}),
	}
}

// knownCommand refuses what is no command, with the nearest one.
func (c *command) knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	help := "postern help lists the commands"
	if s := cmd.SuggestionsFor(args[0]); len(s) > 0 {
		help = "did you mean postern " + strings.Join(s, " or postern ") + "?"
	} else if strings.HasSuffix(args[0], ".yaml") || strings.HasSuffix(args[0], ".yml") || strings.HasSuffix(args[0], ".json") {
		help = "did you mean postern up " + args[0] + "?"
	}
	return usage(help, "there is no command %s", cutText(args[0], 80))
}

func (c *command) noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(cmd.CommandPath()+" --help shows how it is used", "%s takes no arguments, found %q", cmd.CommandPath(), cutText(args[0], 80))
	}
	return nil
}

func (c *command) needTemplates(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage(cmd.CommandPath()+" examples/quickstart/template.yaml", "%s needs a template", cmd.CommandPath())
	}
	return nil
}

const helpTemplate = `{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}

{{end}}{{if or .Runnable .HasSubCommands}}{{.UsageString}}{{end}}`

const usageTemplate = `{{if .Runnable}}Usage:
  {{if .HasParent}}{{.UseLine}}{{else}}{{.CommandPath}} COMMAND{{end}}
{{end}}{{if .HasExample}}
Examples:
{{.Example}}
{{end}}{{if .HasAvailableSubCommands}}{{$cmds := .Commands}}{{range $group := .Groups}}
{{.Title}}:{{range $cmds}}{{if (and (eq .GroupID $group.ID) (or .IsAvailableCommand (eq .Name "help")))}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}
{{end}}{{end}}{{if .HasAvailableLocalFlags}}
Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{if and .HasParent .HasAvailableInheritedFlags}}
For every command:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{if .HasHelpSubCommands}}
Topics (postern help TOPIC):{{range .Commands}}{{if .IsAdditionalHelpTopicCommand}}
  {{rpad .Name 12}} {{.Short}}{{end}}{{end}}
{{end}}{{if .HasAvailableSubCommands}}
postern help COMMAND shows more of one. Every flag can be set in the environment:
--data-dir is POSTERN_DATA_DIR; postern environ lists them.
{{end}}`

// topics are pages of help that belong to no command.
func topics() []*cobra.Command {
	var out []*cobra.Command
	for _, t := range []struct{ name, short, text string }{
		{"integrations", "what a method can be bound to", integrationsTopic},
		{"templates", "what is read in a CloudFormation template", templatesTopic},
		{"vpc-links", "how private backends are reached", linksTopic},
		{"aws", "how AWS services and Lambda functions are called", awsTopic},
		{"addresses", "under which addresses an API answers", addressesTopic},
		{"clients", "how the AWS CLI, SDKs and Terraform find the gateway", clientsTopic},
		{"exit-codes", "what the exit codes mean", exitTopic},
	} {
		out = append(out, &cobra.Command{Use: t.name, Short: t.short, Long: strings.Trim(t.text, "\n")})
	}
	return out
}

const integrationsTopic = `
An integration binds a method to its backend. A request walks four stations:

  method request → integration request → backend
  method response ← integration response ←

  MOCK        no backend; the request template names the status: {"statusCode": 200}
  HTTP        an HTTP backend; templates and parameter mappings both ways
  HTTP_PROXY  an HTTP backend; bodies pass as they are, parameters can be mapped
  AWS         a service of AWS or a Lambda function; templates and mappings both ways
  AWS_PROXY   a Lambda function, which gets the whole request

In a template an integration is Terraform::AWS::ApiGatewayIntegration, a resource of
its own, or the Integration of an AWS::ApiGateway::Method. Both mean the same.

  postern up examples/quickstart/template.yaml --with-echo 127.0.0.1:8099
  postern invoke GET /hello/ada --trace
  postern trace --last
`

const templatesTopic = `
Templates are CloudFormation's, in YAML or JSON, with short tags such as !Ref.

  sections    Parameters, Mappings, Conditions, Rules, Resources, Outputs, Metadata
  functions   Ref, GetAtt, Sub, Join, Select, Split, FindInMap, If, And, Or, Not, Equals,
              Base64, Cidr, ImportValue, ToJsonString, Length
  types       AWS::ApiGateway::* and Terraform::AWS::ApiGateway* (also TF::AWS::ApiGateway*)

Types of API Gateway: RestApi, Resource, Method, MethodResponse, Integration,
IntegrationResponse, Deployment, Stage, MethodSettings, Model, RequestValidator,
GatewayResponse, Authorizer, ApiKey, UsagePlan, UsagePlanKey, DomainName,
BasePathMapping, VpcLink, ClientCertificate, DocumentationPart, DocumentationVersion,
Account, RestApiPolicy. postern explain property NAME says what their properties mean.

Functions, their permissions and roles are read as well: AWS::Lambda::Function, Version,
Alias, Permission; AWS::IAM::Role, Policy, ManagedPolicy; AWS::Logs::LogGroup; and the
same in Terraform's shape. Other types are refused; a Condition can leave them out here.

Templates of AWS SAM (Transform: AWS::Serverless-2016-10-31) are read as they are, with
their Function and Api; so are those that the CDK synthesizes, and OpenAPI definitions.

A template without Deployment or Stage is served at a stage called local;
--no-auto-deploy leaves that out.

  postern check examples/quickstart/template.yaml
  postern plan examples/quickstart/template.yaml
`

const linksTopic = `
An integration with ConnectionType VPC_LINK calls its backend through a VPC link. Here
a link is a named private route: --vpc-link says where it leads.

  postern up examples/vpc-link/template.yaml --vpc-link orders=127.0.0.1:8099

The key is the link's name, its id, or the ARN of its target. The integration's Uri
still gives the Host header and the path, as on AWS. A target that is no ARN is an
address itself.
`

const awsTopic = `
Integrations of type AWS and AWS_PROXY call services of AWS, signed.

  --endpoint dynamodb=http://127.0.0.1:8000   where a service is; its name is the one
                                              in the integration's Uri
  AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL, and endpoint_url in the profile of
  ~/.aws/config                               likewise, as for AWS's own tools
  else the service's host at AWS, with the credentials of AWS_ACCESS_KEY_ID or of the
  profile. Without credentials nobody is called, and the log says so.

Credentials of an integration are a role, which is assumed through STS, or
arn:aws:iam::*:user/* for the caller's own. Where the service has an --endpoint and sts
has none, no role is assumed: the call is signed with the gateway's credentials, or as
user "test" if there are none. The metadata service of EC2 is asked for credentials
where AWS_EC2_METADATA_DISABLED is false.

Lambda functions that Postern holds run here; all others are looked for at lambda's
endpoint.

  postern up examples/aws-services/template.yaml --with-echo 127.0.0.1:8099 \
    --endpoint dynamodb=http://127.0.0.1:8099 --endpoint sqs=http://127.0.0.1:8099
`

const addressesTopic = `
Everything is on one port, 127.0.0.1:4566 unless --listen says otherwise.

  http://127.0.0.1:4566/_aws/execute-api/{api}/{stage}/…          works everywhere
  http://{api}.execute-api.localhost:4566/{stage}/…               if *.localhost resolves
  http://127.0.0.1:4566/restapis/{api}/{stage}/_user_request_/…   as older tools write it
  http://127.0.0.1:4566/                                          control plane, AWS_ENDPOINT_URL
  http://127.0.0.1:4566/_postern/                                 console, for a browser
  http://127.0.0.1:4566/_postern/healthz, /readyz                 health
  http://127.0.0.1:4566/_postern/api/v1/                          Postern's own API

An API of a template has an id made of the region, the account, the stack and the
resource, so that its address is the same after a restart and on every machine.
`

const clientsTopic = `
Whatever speaks to API Gateway, CloudFormation or Lambda speaks to Postern when it is
given the address. In a shell, for the AWS CLI, the SDKs and Terraform alike:

  eval "$(postern environ --export)"
  aws apigateway get-rest-apis
  aws cloudformation deploy --template-file template.yaml --stack-name pets

An AWS CLI older than 2.13 (or 1.29) does not read AWS_ENDPOINT_URL; it has --endpoint-url.

In Terraform's own words:

  provider "aws" {
    region                      = "us-east-1"
    access_key                  = "test"
    secret_key                  = "test"
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    endpoints {
      apigateway = "http://127.0.0.1:4566"
      sts        = "http://127.0.0.1:4566"
    }
  }

Any access key will do on this machine; with --credentials FILE only those of the file.
What an operation of API Gateway does here is in docs/reference/control-plane.md.
`

const exitTopic = `
  0    done; plan: nothing differs
  1    something asked for did not happen
  2    wrong usage; plan --detailed-exitcode: something differs
  3    a template is invalid
  4    no gateway answers
  5    refused: not confirmed, or not allowed
  130  stopped by Ctrl-C, cleanly
  143  stopped by SIGTERM, cleanly
`
