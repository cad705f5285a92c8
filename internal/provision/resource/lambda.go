package resource

import (
	"errors"
	"strings"

	"postern/internal/apigw"
	"postern/internal/iam"
	"postern/internal/lambda"
)

// This file holds what the types of other services share: functions, and what
// templates have beside them.

// Prefixes of the types of other services.
const (
	nativeLambda    = "AWS::Lambda::"
	terraformLambda = "Terraform::AWS::Lambda"
	nativeIAM       = "AWS::IAM::"
	terraformIAM    = "Terraform::AWS::Iam"
)

// foreign turns a refusal of another service into one that the tables know.
func foreign(err error) error {
	var l *lambda.Error
	var i *iam.Error
	switch {
	case errors.As(err, &l):
		code := apigw.BadRequestException
		switch l.Code {
		case lambda.ResourceNotFound:
			code = apigw.NotFoundException
		case lambda.ResourceConflict, lambda.PreconditionFailed:
			code = apigw.ConflictException
		case lambda.TooManyRequests:
			code = apigw.TooManyRequestsException
		case lambda.CodeStorageExceeded, lambda.PolicyLengthExceeded, lambda.RequestTooLarge:
			code = apigw.LimitExceededException
		case lambda.ServiceException:
			code = apigw.InternalFailure
		}
		return &apigw.Error{Code: code, Message: l.Message, Err: err}
	case errors.As(err, &i):
		code := apigw.BadRequestException
		switch i.Code {
		case iam.NoSuchEntity:
			code = apigw.NotFoundException
		case iam.EntityAlreadyExists, iam.DeleteConflict, iam.ConcurrentModification:
			code = apigw.ConflictException
		}
		return &apigw.Error{Code: code, Message: i.Message, Err: err}
	}
	return err
}

// physicalName is the name of a thing of a stack that was given none, such as
// shop-Hello-ab12cd34ef56. The same create makes the same one.
func physicalName(r Request, most int) string {
	end := "-" + derived(12, r.StackID, r.Stack, r.LogicalID, r.Token)
	start := r.Stack + "-" + r.LogicalID
	return strings.Trim(clipTo(start, most-len(end)), "-") + end
}

// prefixedName is physicalName for Terraform's name_prefix.
func prefixedName(r Request, prefix string, most int) string {
	return clipTo(prefix, most-26) + derived(26, r.StackID, r.Stack, r.LogicalID, r.Token)
}

// bareName is the last part of what names a thing by name or by ARN.
func bareName(arnOrName string) string {
	if strings.HasPrefix(arnOrName, "arn:") {
		return arnOrName[strings.LastIndexByte(arnOrName, '/')+1:]
	}
	return arnOrName
}
