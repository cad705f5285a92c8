package cfn_test

import (
	"errors"
	"fmt"
	"strings"

	"postern/internal/lang/cfn"
)

// A reader of an error sees the line it is about.
func ExampleParse() {
	_, err := cfn.Parse("api.yaml", []byte(`
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
  Hello:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Apo
`), cfn.Limits{})
	var es cfn.Errors
	if errors.As(err, &es) {
		e := es[0]
		fmt.Println(e)
		fmt.Println("      RestApiId: !Ref Apo")
		fmt.Println(strings.Repeat(" ", e.Column-1) + strings.Repeat("^", e.Width))
		fmt.Println(e.Help)
	}
	// Output:
	// api.yaml:8:23: Resources.Hello.Properties.RestApiId.Ref: there is no resource or parameter "Apo"
	//       RestApiId: !Ref Apo
	//                       ^^^
	// did you mean Api?
}

// What depends on a resource is unknown until it exists.
func ExampleBound_Resolve() {
	t, err := cfn.Parse("api.yaml", []byte(`
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
  Hello:
    Type: Terraform::AWS::ApiGatewayIntegration
    Properties:
      RestApiId: !Ref Api
      TimeoutMilliseconds: 5000
`), cfn.Limits{})
	if err != nil {
		panic(err)
	}
	b, err := t.Bind(cfn.Input{})
	if err != nil {
		panic(err)
	}
	v, err := b.Resolve("Hello", nil)
	if err != nil {
		panic(err)
	}
	at, _ := v.Position("TimeoutMilliseconds")
	fmt.Println(v.Properties()["RestApiId"], v.Properties()["TimeoutMilliseconds"], at)
	// Output:
	// {${Api}} 5000 api.yaml:9:28
}
