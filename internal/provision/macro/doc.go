// Package macro turns templates as people write them into templates that stacks
// are made of.
//
//	AWS::Serverless-2016-10-31   functions with events, and APIs, of AWS SAM
//	AWS::Include                 other files
//	always                       what the CDK and "aws cloudformation package" would
//	                             put into a bucket: it lies beside the template
//
// It reads and makes nodes, so that what is wrong with what it made is shown at
// what it was made for. Logical IDs are those of AWS SAM, because people refer
// to them.
//
// See "AWS Serverless Application Model specification".
package macro

import "postern/internal/lang/cfn"

// Transforms returns all that one template may be expanded by. dir is the
// directory of its file, absolute; empty: it was no file of this machine, and may
// name none.
func Transforms(dir string) []cfn.Transform {
	files := &includer{dir: dir}
	return []cfn.Transform{
		{Expand: files.expand},
		{Expand: expandAssets},
		{Name: "AWS::Serverless-2016-10-31", Expand: func(x *cfn.Expansion) { expandServerless(x, files) }},
	}
}
