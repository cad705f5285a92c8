package resource

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A vpcLink is a private route to backends.
type vpcLink struct {
	apigw.VPCLink
	arn string
}

func (m *vpcLink) rows() property.List {
	return with(drop(m.Properties(), "status", "statusMessage"), property.Required, "name", "targetArns")
}

func vpcLinkTypes(e *environment) []Type {
	t := table[vpcLink]{
		env: e, noun: "VpcLink", doc: "A private route to the backends behind a load balancer.",
		identify: func(m *vpcLink, id string) { m.ID = lastPart(id) },
		describe: func(r Request, m *vpcLink) { m.arn = e.arnOf(r, "/vpclinks/"+m.ID) },
		check: func(m *vpcLink, _ map[string]any) property.Errors {
			if len(m.TargetARNs) > 1 {
				return property.Errors{property.Bad("targetArns", nil, "%d targets found, exactly one expected", len(m.TargetARNs)).
					Saying("More than one target arn specified for vpc link.")}
			}
			return nil
		},
		find: func(context.Context, Request, *vpcLink) error {
			// Names need not be unique, so nothing tells whose link is whose.
			return apigw.NotFound("Invalid Vpc Link identifier specified")
		},
		create: func(ctx context.Context, r Request, m *vpcLink) error {
			wanted := m.VPCLink
			wanted.Tags = withStackTags(r, m.Tags)
			link, err := e.svc.CreateVPCLink(ctx, &wanted)
			if err != nil {
				return err
			}
			tags := m.Tags
			m.VPCLink = *link
			m.Tags = tags
			return nil
		},
		read: func(ctx context.Context, r Request, m *vpcLink) error {
			own := m.Tags
			link, err := e.svc.GetVPCLink(ctx, m.ID)
			if err == nil && link.Status == "DELETING" {
				err = apigw.NotFound("Invalid Vpc Link identifier specified")
			}
			if err != nil {
				return err
			}
			m.VPCLink = *link
			m.Tags = withoutStackTags(r, link.Tags, own)
			return nil
		},
		update: func(ctx context.Context, r Request, is, want *vpcLink) error {
			ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
			if len(ops) > 0 {
				if _, err := e.svc.UpdateVPCLink(ctx, is.ID, ops); err != nil {
					return err
				}
			}
			return e.retag(ctx, r, "/vpclinks/"+is.ID, want.Tags)
		},
		delete: func(ctx context.Context, _ Request, m *vpcLink) error { return e.svc.DeleteVPCLink(ctx, m.ID) },
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"VpcLink", property.CloudFormation, []string{"VpcLinkId"}
	cfn.rows = (*vpcLink).rows
	tf.name, tf.surface, tf.identifier = terraform+"VpcLink", property.TerraformType, []string{"Id"}
	tf.rows = func(m *vpcLink) property.List {
		return append(m.rows(), attributeRow("arn", &m.arn, "The link's ARN."), idRows(&m.ID)[1])
	}
	return []Type{&cfn, &tf}
}
