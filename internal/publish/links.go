package publish

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"postern/internal/apigw"
	"postern/internal/control"
)

// A Links says where VPC links lead: host:port, or a host whose port is that of
// the integration's URI, by the link's ID or name, or by the ARN of its load
// balancer or of an integration's target.
type Links map[string]string

// resolver returns the supplier of the data plane. The integration's target
// comes first, then the link's ID, name and target.
func (l Links) resolver(ctx context.Context, c *control.Service) func(id, target string) (string, error) {
	return func(id, target string) (string, error) {
		if address, ok := l[target]; ok && target != "" {
			return address, nil
		}
		if address, ok := l[id]; ok {
			return address, nil
		}
		link, err := c.GetVPCLink(ctx, id)
		var unknown *apigw.Error
		switch {
		case errors.As(err, &unknown):
			return "", fmt.Errorf("VPC link %s does not exist; create it, or start with --vpc-link %s=HOST:PORT", id, id)
		case err != nil:
			return "", err
		}
		if address, ok := l[link.Name]; ok {
			return address, nil
		}
		for _, arn := range link.TargetARNs {
			if address, ok := l[arn]; ok {
				return address, nil
			}
		}
		return "", fmt.Errorf("VPC link %s (%s): no address is configured for its target %s; start with --vpc-link %s=HOST:PORT",
			id, link.Name, strings.Join(link.TargetARNs, ", "), link.Name)
	}
}
