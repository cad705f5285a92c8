// Command bootstraptest is a bootstrap as people make it with aws-lambda-go:
// the tests of package function build it and run it as it is.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

func handle(ctx context.Context, request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	switch request.Path {
	case "/error":
		return events.APIGatewayProxyResponse{}, errors.New("no such pet")
	case "/panic":
		panic("out of pets")
	case "/exit":
		os.Exit(3)
	}
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	log.Printf("request %s by %s", lc.AwsRequestID, request.HTTPMethod)
	return events.APIGatewayProxyResponse{
		StatusCode: 200,
		Headers:    map[string]string{"X-Function": lambdacontext.FunctionName, "X-Deadline": fmt.Sprint(!deadline.IsZero())},
		Body:       "hello " + request.PathParameters["name"],
	}, nil
}

func main() { lambda.Start(handle) }
