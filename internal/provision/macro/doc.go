// Package macro turns templates as people write them into templates that stacks
// are made of.
//
//	AWS::Serverless-2016-10-31   functions with events, and APIs, of AWS SAM
//	always                       assets of the CDK, which lie beside the template
//
// It reads and makes nodes, so that what is wrong with what it made is shown at
// what it was made for. Logical IDs are those of AWS SAM, because people refer
// to them.
//
// See "AWS Serverless Application Model specification".
package macro

import "postern/internal/lang/cfn"

// Transforms returns all that a template may be expanded by.
func Transforms() []cfn.Transform {
	return []cfn.Transform{
		{Expand: expandAssets},
		{Name: "AWS::Serverless-2016-10-31", Expand: expandServerless},
	}
}
