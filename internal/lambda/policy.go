package lambda

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// This file keeps resource policies: who else may invoke a function.
//
// See "Viewing resource-based IAM policies in Lambda" and "AddPermission".

// A Policy is the statements about a function, a version or an alias.
type Policy struct {
	Statements []*Permission `json:"statements"`
	RevisionID string        `json:"revisionId"`
}

// A Permission is one statement.
type Permission struct {
	ID               string `json:"id"`
	Action           string `json:"action"`
	Principal        string `json:"principal"` // a service, an account, an ARN or *
	SourceARN        string `json:"sourceArn,omitempty"`
	SourceAccount    string `json:"sourceAccount,omitempty"`
	EventSourceToken string `json:"eventSourceToken,omitempty"`
	OrganizationID   string `json:"organizationId,omitempty"`
	URLAuthType      string `json:"urlAuthType,omitempty"`
}

var (
	statementForm = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,100}$`)
	actionForm    = regexp.MustCompile(`^(lambda:[*]|lambda:[a-zA-Z]+|[*])$`)
	accountForm   = regexp.MustCompile(`^[0-9]{12}$`)
)

const maxPolicy = 20 << 10 // bytes

func (p *Permission) validate() error {
	switch {
	case !statementForm.MatchString(p.ID):
		return violated(clip(p.ID), "statementId", `Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)`)
	case !actionForm.MatchString(p.Action):
		return violated(clip(p.Action), "action", `Member must satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])`)
	case p.Principal == "" || strings.ContainsAny(p.Principal, " \t\r\n"):
		return violated(clip(p.Principal), "principal", `Member must satisfy regular expression pattern: [^\s]+`)
	case p.SourceAccount != "" && !accountForm.MatchString(p.SourceAccount):
		return violated(clip(p.SourceAccount), "sourceAccount", `Member must satisfy regular expression pattern: \d{12}`)
	case p.SourceARN != "" && !strings.HasPrefix(p.SourceARN, "arn:"):
		return violated(clip(p.SourceARN), "sourceArn", `Member must satisfy regular expression pattern: arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*)`)
	case p.Principal != "*" && !accountForm.MatchString(p.Principal) && !strings.Contains(p.Principal, ".") && !strings.HasPrefix(p.Principal, "arn:"):
		return invalid("The provided principal was invalid. Please check the principal and try again.")
	}
	return nil
}

// statement is the permission as a policy has it.
func (p *Permission) statement(partition, resource string) map[string]any {
	var principal any = "*"
	switch {
	case p.Principal == "*":
	case accountForm.MatchString(p.Principal):
		principal = map[string]any{"AWS": "arn:" + partition + ":iam::" + p.Principal + ":root"}
	case strings.HasPrefix(p.Principal, "arn:"):
		principal = map[string]any{"AWS": p.Principal}
	default:
		principal = map[string]any{"Service": p.Principal}
	}
	out := map[string]any{"Sid": p.ID, "Effect": "Allow", "Principal": principal, "Action": p.Action, "Resource": resource}
	equals := map[string]any{}
	for key, value := range map[string]string{"AWS:SourceAccount": p.SourceAccount, "aws:PrincipalOrgID": p.OrganizationID,
		"lambda:EventSourceToken": p.EventSourceToken, "lambda:FunctionUrlAuthType": p.URLAuthType} {
		if value != "" {
			equals[key] = value
		}
	}
	conditions := map[string]any{}
	if len(equals) > 0 {
		conditions["StringEquals"] = equals
	}
	if p.SourceARN != "" {
		conditions["ArnLike"] = map[string]any{"AWS:SourceArn": p.SourceARN}
	}
	if len(conditions) > 0 {
		out["Condition"] = conditions
	}
	return out
}

// policyText writes a policy in IAM's language.
func (s *Service) policyText(p *Policy, resource string) (string, error) {
	statements := make([]any, len(p.Statements))
	for i, x := range p.Statements {
		statements[i] = x.statement(s.partition(), resource)
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Id": "default", "Statement": statements})
	return string(text), err
}

// policyQualifier returns under which qualifier a policy is kept.
func (s *Service) policyQualifier(v *view, n Name) (string, error) {
	if n.Qualifier == "" {
		return "", nil
	}
	_, err := s.qualified(v, n)
	return n.Qualifier, err
}

// AddPermission lets somebody else invoke a function, or a version or alias of
// it. It returns the statement in IAM's language.
func (s *Service) AddPermission(ctx context.Context, function, qualifier, revisionID string, p *Permission) (statement string, err error) {
	n, err := QualifiedName(function, qualifier)
	if err != nil {
		return "", err
	}
	if n.Qualifier == Latest {
		return "", invalid("We currently do not support adding policies for $LATEST.")
	}
	if err := p.validate(); err != nil {
		return "", err
	}
	fresh := *p
	err = s.update(ctx, n, func(t *tx) error {
		at, err := s.policyQualifier(t.view, n)
		if err != nil {
			return err
		}
		policy := t.entry.Policies[at]
		if policy == nil {
			policy = &Policy{}
		}
		if err := sameRevision(revisionID, policy.RevisionID); err != nil {
			return err
		}
		if policy.find(p.ID) >= 0 {
			return conflict("The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", p.ID)
		}
		policy.Statements, policy.RevisionID = append(policy.Statements, &fresh), s.newID()
		text, err := s.policyText(policy, s.ARN(n.Function, at))
		if err != nil {
			return err
		}
		if len(text) > maxPolicy {
			return &Error{Code: PolicyLengthExceeded, Message: "The final policy size is bigger than the limit (20480)."}
		}
		if t.entry.Policies == nil {
			t.entry.Policies = map[string]*Policy{}
		}
		t.entry.Policies[at] = policy
		one, err := json.Marshal(fresh.statement(s.partition(), s.ARN(n.Function, at)))
		statement = string(one)
		return err
	})
	return statement, err
}

func (p *Policy) find(id string) int {
	return slices.IndexFunc(p.Statements, func(x *Permission) bool { return x.ID == id })
}

// RemovePermission takes a statement away.
func (s *Service) RemovePermission(ctx context.Context, function, qualifier, revisionID, id string) error {
	n, err := QualifiedName(function, qualifier)
	if err != nil {
		return err
	}
	return s.update(ctx, n, func(t *tx) error {
		at, err := s.policyQualifier(t.view, n)
		if err != nil {
			return err
		}
		policy := t.entry.Policies[at]
		if policy == nil {
			return notFound("No policy is associated with the given resource.")
		}
		if err := sameRevision(revisionID, policy.RevisionID); err != nil {
			return err
		}
		i := policy.find(id)
		if i < 0 {
			return notFound("Statement %s is not found in resource policy.", clip(id))
		}
		policy.Statements, policy.RevisionID = slices.Delete(policy.Statements, i, i+1), s.newID()
		if len(policy.Statements) == 0 {
			delete(t.entry.Policies, at)
		}
		return nil
	})
}

// GetPermission returns a statement.
func (s *Service) GetPermission(ctx context.Context, function, qualifier, id string) (*Permission, error) {
	n, err := QualifiedName(function, qualifier)
	if err != nil {
		return nil, err
	}
	var out *Permission
	err = s.read(ctx, n, func(v *view) error {
		at, err := s.policyQualifier(v, n)
		if err != nil {
			return err
		}
		if policy := v.entry.Policies[at]; policy != nil {
			if i := policy.find(id); i >= 0 {
				out = policy.Statements[i]
				return nil
			}
		}
		return notFound("Statement %s is not found in resource policy.", clip(id))
	})
	return out, err
}

// GetPolicy returns the policy of a function, or of a version or alias of it, in
// IAM's language, and its revision.
func (s *Service) GetPolicy(ctx context.Context, function, qualifier string) (text, revisionID string, err error) {
	n, err := QualifiedName(function, qualifier)
	if err != nil {
		return "", "", err
	}
	err = s.read(ctx, n, func(v *view) error {
		at, err := s.policyQualifier(v, n)
		if err != nil {
			return err
		}
		policy := v.entry.Policies[at]
		if policy == nil {
			return notFound("The resource you requested does not exist.")
		}
		revisionID = policy.RevisionID
		text, err = s.policyText(policy, s.ARN(n.Function, at))
		return err
	})
	return text, revisionID, err
}

// allows reports whether a service may invoke in the name of a source.
func (p *Policy) allows(principal, sourceARN string) bool {
	if p == nil {
		return false
	}
	return slices.ContainsFunc(p.Statements, func(x *Permission) bool {
		switch {
		case x.Principal != principal && x.Principal != "*":
			return false
		case x.Action != "lambda:InvokeFunction" && x.Action != "lambda:*" && x.Action != "*":
			return false
		case x.URLAuthType != "" || x.EventSourceToken != "" || x.OrganizationID != "":
			return false // calls of a service have none of these
		case x.SourceAccount != "" && x.SourceAccount != accountOf(sourceARN):
			return false
		}
		return x.SourceARN == "" || arnLike(x.SourceARN, sourceARN)
	})
}

func accountOf(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
}

// arnLike reports whether an ARN fits a pattern, in which * stands for any text
// and ? for a character of one of the six parts.
//
// See "IAM JSON policy elements: Condition operators", ArnLike.
func arnLike(pattern, arn string) bool {
	for range 5 {
		want, restOfPattern, more := strings.Cut(pattern, ":")
		got, restOfARN, longer := strings.Cut(arn, ":")
		if more != longer || !fits(want, got) {
			return false
		}
		if !more {
			return true
		}
		pattern, arn = restOfPattern, restOfARN
	}
	return fits(pattern, arn) // the resource, which may have colons
}

// fits reports whether text fits a pattern with * and ?.
func fits(pattern, text string) bool {
	p, t := 0, 0
	star, from := -1, 0 // the last * and where what it stands for ends
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
