package iamapi

import (
	"slices"
	"strconv"
	"strings"

	"postern/internal/iam"
)

type policy struct {
	PolicyName   string
	PolicyID     string `xml:"PolicyId"`
	ARN          string `xml:"Arn"`
	Path         string
	Default      string `xml:"DefaultVersionId"`
	Attached     int    `xml:"AttachmentCount"`
	IsAttachable bool
	Description  string `xml:",omitempty"`
	CreateDate   string
	UpdateDate   string
	Tags         []tag `xml:"Tags>member,omitempty"`
}

type onePolicy struct{ Policy policy }

// versionID is the identifier of the only version of a policy that is kept.
func versionID(p *iam.Policy) string { return "v" + strconv.FormatInt(p.Version, 10) }

func (c *call) policyOf(p *iam.Policy) (policy, error) {
	out := policy{PolicyName: p.Name, PolicyID: p.ID, ARN: p.ARN, Path: p.Path, Default: versionID(p), IsAttachable: true,
		Description: p.Description, CreateDate: timeText(p.Created), UpdateDate: timeText(p.Updated), Tags: tagList(p.Tags)}
	roles, err := c.roles.ListRoles(c.ctx)
	for _, r := range roles {
		if slices.Contains(r.Attached, p.ARN) {
			out.Attached++
		}
	}
	return out, err
}

func (c *call) one(p *iam.Policy, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	out, err := c.policyOf(p)
	return &onePolicy{out}, err
}

func (c *call) createPolicy() (any, error) {
	return c.one(c.roles.CreatePolicy(c.ctx, &iam.Policy{Name: c.get("PolicyName"), Path: c.get("Path"), Document: c.get("PolicyDocument"),
		Description: c.get("Description"), Tags: c.tags()}))
}

func (c *call) getPolicy() (any, error) { return c.one(c.roles.GetPolicy(c.ctx, c.get("PolicyArn"))) }

type version struct {
	Document   string `xml:",omitempty"`
	VersionID  string `xml:"VersionId"`
	IsDefault  bool   `xml:"IsDefaultVersion"`
	CreateDate string
}

func (c *call) getPolicyVersion() (any, error) {
	p, err := c.roles.GetPolicy(c.ctx, c.get("PolicyArn"))
	if err != nil {
		return nil, err
	}
	if id := c.get("VersionId"); id != versionID(p) {
		return nil, &iam.Error{Code: iam.NoSuchEntity, Message: "Policy " + p.ARN + " version " + id + " does not exist or is not attachable."}
	}
	return &struct {
		PolicyVersion version
	}{version{encoded(p.Document), versionID(p), true, timeText(p.Updated)}}, nil
}

func (c *call) listPolicyVersions() (any, error) {
	p, err := c.roles.GetPolicy(c.ctx, c.get("PolicyArn"))
	if err != nil {
		return nil, err
	}
	return &struct {
		Versions    []version `xml:"Versions>member"`
		IsTruncated bool
	}{Versions: []version{{"", versionID(p), true, timeText(p.Updated)}}}, nil
}

// createPolicyVersion replaces the document: older versions are not kept, so a
// new one has to be the one that counts.
func (c *call) createPolicyVersion() (any, error) {
	if c.get("SetAsDefault") != "true" {
		return nil, &iam.Error{Code: iam.ValidationError, Message: "Of a policy, Postern keeps the version that counts; a new one must be set as the default"}
	}
	p, err := c.roles.PutPolicyDocument(c.ctx, c.get("PolicyArn"), c.get("PolicyDocument"))
	if err != nil {
		return nil, err
	}
	return &struct {
		PolicyVersion version
	}{version{"", versionID(p), true, timeText(p.Updated)}}, nil
}

func (c *call) listPolicies() (any, error) {
	out := struct {
		Policies []policy `xml:"Policies>member"`
		paged
	}{}
	if c.get("Scope") == "AWS" {
		return &out, nil
	}
	list, err := c.roles.ListPolicies(c.ctx)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(p *iam.Policy) bool { return !strings.HasPrefix(p.Path, c.get("PathPrefix")) })
	if list, out.paged, err = page(c, list); err != nil {
		return nil, err
	}
	for _, p := range list {
		shown, err := c.policyOf(p)
		if err != nil {
			return nil, err
		}
		out.Policies = append(out.Policies, shown)
	}
	return &out, nil
}

// listEntities lists the roles that have a policy; there are no users and groups.
func (c *call) listEntities() (any, error) {
	arn := c.get("PolicyArn")
	if !strings.Contains(arn, ":iam::aws:policy/") {
		if _, err := c.roles.GetPolicy(c.ctx, arn); err != nil {
			return nil, err
		}
	}
	roles, err := c.roles.ListRoles(c.ctx)
	if err != nil {
		return nil, err
	}
	type entity struct {
		RoleName string
		RoleID   string `xml:"RoleId"`
	}
	var out struct {
		Groups      []struct{} `xml:"PolicyGroups>member"`
		Users       []struct{} `xml:"PolicyUsers>member"`
		Roles       []entity   `xml:"PolicyRoles>member"`
		IsTruncated bool
	}
	for _, r := range roles {
		if slices.Contains(r.Attached, arn) {
			out.Roles = append(out.Roles, entity{r.Name, r.ID})
		}
	}
	return &out, nil
}

func (c *call) deletePolicy() (any, error) {
	return nil, c.roles.DeletePolicy(c.ctx, c.get("PolicyArn"))
}
