package stackapi

import (
	"context"

	"postern/internal/provision/resource"
)

// A Finisher leaves out stacks that are not to be served implicitly, as
// StackRequest.NoAutoDeploy says.
type Finisher struct{ resource.Finisher }

// Finish implements resource.Finisher.
func (f Finisher) Finish(ctx context.Context, s resource.Stack, all []resource.Resource) (resource.Finished, error) {
	if s.Tags[autoDeployTag] == "off" {
		return resource.Finished{}, f.Release(ctx, s, all)
	}
	return f.Finisher.Finish(ctx, s, all)
}
