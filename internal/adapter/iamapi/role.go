package iamapi

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"postern/internal/iam"
)

type tag struct {
	Key   string
	Value string
}

// tags reads Tags.member.1.Key and so on.
func (c *call) tags() map[string]string {
	var out map[string]string
	for i := 1; ; i++ {
		at := "Tags.member." + strconv.Itoa(i) + "."
		if !c.form.Has(at + "Key") {
			return out
		}
		if out == nil {
			out = map[string]string{}
		}
		out[c.get(at+"Key")] = c.get(at + "Value")
	}
}

func tagList(tags map[string]string) []tag {
	var out []tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, tag{k, tags[k]})
	}
	return out
}

// encoded writes a document as the service does: percent-encoded.
func encoded(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

func timeText(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

type boundary struct {
	Type string `xml:"PermissionsBoundaryType"`
	ARN  string `xml:"PermissionsBoundaryArn"`
}

type role struct {
	Path        string
	RoleName    string
	RoleID      string `xml:"RoleId"`
	ARN         string `xml:"Arn"`
	CreateDate  string
	Trust       string    `xml:"AssumeRolePolicyDocument"`
	Description string    `xml:",omitempty"`
	Session     int64     `xml:"MaxSessionDuration"`
	Boundary    *boundary `xml:"PermissionsBoundary"`
	Tags        []tag     `xml:"Tags>member,omitempty"`
}

func roleOf(r *iam.Role) role {
	out := role{Path: r.Path, RoleName: r.Name, RoleID: r.ID, ARN: r.ARN, CreateDate: timeText(r.Created), Trust: encoded(r.Trust),
		Description: r.Description, Session: int64(r.Session / time.Second), Tags: tagList(r.Tags)}
	if r.Boundary != "" {
		out.Boundary = &boundary{"Policy", r.Boundary}
	}
	return out
}

type oneRole struct{ Role role }

// session reads a number of seconds.
func (c *call) session(name string) (time.Duration, error) {
	text := c.get(name)
	if text == "" {
		return time.Hour, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, &iam.Error{Code: iam.ValidationError, Message: name + " must be a whole number"}
	}
	return time.Duration(n) * time.Second, nil
}

func (c *call) createRole() (any, error) {
	session, err := c.session("MaxSessionDuration")
	if err != nil {
		return nil, err
	}
	wanted := &iam.Role{Name: c.get("RoleName"), Path: c.get("Path"), Trust: c.get("AssumeRolePolicyDocument"), Description: c.get("Description"),
		Session: session, Boundary: c.get("PermissionsBoundary"), Tags: c.tags()}
	wanted.Defaults()
	made, err := c.roles.CreateRole(c.ctx, wanted)
	if err != nil {
		return nil, err
	}
	return &oneRole{roleOf(made)}, nil
}

func (c *call) getRole() (any, error) {
	r, err := c.roles.GetRole(c.ctx, c.get("RoleName"))
	if err != nil {
		return nil, err
	}
	return &oneRole{roleOf(r)}, nil
}

func (c *call) listRoles() (any, error) {
	list, err := c.roles.ListRoles(c.ctx)
	if err != nil {
		return nil, err
	}
	out := struct {
		Roles []role `xml:"Roles>member"`
		paged
	}{}
	list = slices.DeleteFunc(list, func(r *iam.Role) bool { return !strings.HasPrefix(r.Path, c.get("PathPrefix")) })
	if list, out.paged, err = page(c, list); err != nil {
		return nil, err
	}
	for _, r := range list {
		out.Roles = append(out.Roles, roleOf(r))
	}
	return &out, nil
}

// paged says whether a list goes on, and how.
type paged struct {
	IsTruncated bool
	Marker      string `xml:",omitempty"`
}

// page cuts a list to what Marker and MaxItems ask for.
func page[T any](c *call, list []T) ([]T, paged, error) {
	most, from := 100, 0
	for name, n := range map[string]*int{"MaxItems": &most, "Marker": &from} {
		if text := c.get(name); text != "" {
			var err error
			if *n, err = strconv.Atoi(text); err != nil || *n < 1 || name == "MaxItems" && *n > 1000 {
				return nil, paged{}, &iam.Error{Code: iam.ValidationError, Message: "Invalid " + name + ": " + strconv.Quote(text)}
			}
		}
	}
	list = list[min(from, len(list)):]
	if len(list) <= most {
		return list, paged{}, nil
	}
	return list[:most], paged{true, strconv.Itoa(from + most)}, nil
}

// edit changes the role that the request names.
func (c *call) edit(f func(*iam.Role) error) (any, error) {
	_, err := c.roles.UpdateRole(c.ctx, c.get("RoleName"), f)
	return nil, err
}

func (c *call) updateRole() (any, error) {
	session, err := c.session("MaxSessionDuration")
	if err != nil {
		return nil, err
	}
	_, err = c.edit(func(r *iam.Role) error {
		if c.form.Has("Description") {
			r.Description = c.get("Description")
		}
		if c.form.Has("MaxSessionDuration") {
			r.Session = session
		}
		return nil
	})
	return &struct{}{}, err
}

// updateDescription is what UpdateRole has replaced.
func (c *call) updateDescription() (any, error) {
	r, err := c.roles.UpdateRole(c.ctx, c.get("RoleName"), func(r *iam.Role) error {
		r.Description = c.get("Description")
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &oneRole{roleOf(r)}, nil
}

func (c *call) updateTrust() (any, error) {
	return c.edit(func(r *iam.Role) error {
		r.Trust = c.get("PolicyDocument")
		return nil
	})
}

func (c *call) deleteRole() (any, error) {
	return nil, c.roles.DeleteRole(c.ctx, c.get("RoleName"), false)
}

func (c *call) tagRole() (any, error) {
	return c.edit(func(r *iam.Role) error {
		if r.Tags == nil {
			r.Tags = map[string]string{}
		}
		maps.Copy(r.Tags, c.tags())
		return nil
	})
}

func (c *call) untagRole() (any, error) {
	return c.edit(func(r *iam.Role) error {
		for i := 1; c.form.Has("TagKeys.member." + strconv.Itoa(i)); i++ {
			delete(r.Tags, c.get("TagKeys.member."+strconv.Itoa(i)))
		}
		return nil
	})
}

func (c *call) listRoleTags() (any, error) {
	r, err := c.roles.GetRole(c.ctx, c.get("RoleName"))
	if err != nil {
		return nil, err
	}
	return &struct {
		Tags        []tag `xml:"Tags>member"`
		IsTruncated bool
	}{Tags: tagList(r.Tags)}, nil
}

func (c *call) putRolePolicy() (any, error) {
	return c.edit(func(r *iam.Role) error {
		if r.Inline == nil {
			r.Inline = map[string]*iam.Inline{}
		}
		name := c.get("PolicyName")
		r.Inline[name] = &iam.Inline{Name: name, Document: c.get("PolicyDocument")}
		return nil
	})
}

// inline returns a policy of a role, or the refusal of one that is not there.
func (c *call) inline(r *iam.Role) (*iam.Inline, error) {
	if p := r.Inline[c.get("PolicyName")]; p != nil {
		return p, nil
	}
	return nil, &iam.Error{Code: iam.NoSuchEntity, Message: "The role policy with name " + c.get("PolicyName") + " cannot be found."}
}

func (c *call) getRolePolicy() (any, error) {
	r, err := c.roles.GetRole(c.ctx, c.get("RoleName"))
	if err != nil {
		return nil, err
	}
	p, err := c.inline(r)
	if err != nil {
		return nil, err
	}
	return &struct{ RoleName, PolicyName, PolicyDocument string }{r.Name, p.Name, encoded(p.Document)}, nil
}

func (c *call) deleteRolePolicy() (any, error) {
	return c.edit(func(r *iam.Role) error {
		p, err := c.inline(r)
		if err == nil {
			delete(r.Inline, p.Name)
		}
		return err
	})
}

func (c *call) listRolePolicies() (any, error) {
	r, err := c.roles.GetRole(c.ctx, c.get("RoleName"))
	if err != nil {
		return nil, err
	}
	return &struct {
		Names       []string `xml:"PolicyNames>member"`
		IsTruncated bool
	}{Names: slices.Sorted(maps.Keys(r.Inline))}, nil
}

func (c *call) attachRolePolicy() (any, error) {
	arn := c.get("PolicyArn")
	// Policies of AWS are there; of this account, those that were made.
	if !strings.Contains(arn, ":iam::aws:policy/") {
		if _, err := c.roles.GetPolicy(c.ctx, arn); err != nil {
			return nil, err
		}
	}
	return c.edit(func(r *iam.Role) error {
		if !slices.Contains(r.Attached, arn) {
			r.Attached = append(r.Attached, arn)
		}
		return nil
	})
}

func (c *call) detachRolePolicy() (any, error) {
	arn := c.get("PolicyArn")
	return c.edit(func(r *iam.Role) error {
		i := slices.Index(r.Attached, arn)
		if i < 0 {
			return &iam.Error{Code: iam.NoSuchEntity, Message: "Policy " + arn + " was not found."}
		}
		r.Attached = slices.Delete(r.Attached, i, i+1)
		return nil
	})
}

func (c *call) listAttachedRolePolicies() (any, error) {
	r, err := c.roles.GetRole(c.ctx, c.get("RoleName"))
	if err != nil {
		return nil, err
	}
	type attached struct{ PolicyName, PolicyArn string }
	var out struct {
		Policies    []attached `xml:"AttachedPolicies>member"`
		IsTruncated bool
	}
	for _, arn := range r.Attached {
		out.Policies = append(out.Policies, attached{arn[strings.LastIndexByte(arn, '/')+1:], arn})
	}
	return &out, nil
}

// listInstanceProfiles answers that there are none: there are no instances.
func (c *call) listInstanceProfiles() (any, error) {
	if _, err := c.roles.GetRole(c.ctx, c.get("RoleName")); err != nil {
		return nil, err
	}
	return &struct {
		Profiles    struct{} `xml:"InstanceProfiles"`
		IsTruncated bool
	}{}, nil
}
