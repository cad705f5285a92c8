package macro

import (
	"strings"

	"postern/internal/lang/cfn"
)

// This file finds the assets of the CDK: folders and archives that lie beside a
// synthesized template, which otherwise stand in a bucket.
//
// See "Assets and the AWS CDK", asset metadata.

// expandAssets makes the code of functions what their metadata says it is made
// of.
func expandAssets(x *cfn.Expansion) {
	resources := x.Root.Get("Resources")
	if resources == nil {
		return
	}
	for _, m := range resources.Members {
		path, name := m.Value.Get("Metadata").Get("aws:asset:path"), m.Value.Get("Metadata").Get("aws:asset:property")
		properties := m.Value.Get("Properties")
		if path == nil || path.Text == "" || name == nil || name.Text != "Code" || text(m.Value.Get("Type")) != functionType ||
			properties.Get("Code").Get("S3Bucket") == nil {
			continue
		}
		place := path.Text
		if !strings.HasPrefix(place, "/") {
			place = "./" + strings.TrimPrefix(place, "./")
		}
		properties.Set("Code", cfn.NewText(properties.Get("Code"), place))
	}
}
