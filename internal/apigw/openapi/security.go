package openapi

import (
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// This file reads who may call an operation.
//
//   - A scheme with x-amazon-apigateway-authorizer is an authorizer, whether an
//     operation names it or not.
//   - One with the authtype awsSigv4 is a signature.
//   - Another one of type apiKey is an API key of the gateway.
//   - Any other kind means nothing to a REST API.
//
// All but the last are observed, and so is that the security of the whole
// definition goes for each operation without its own.

// A scheme is what naming a security scheme means to a method.
type scheme struct {
	authorizer *Authorizer
	signature  bool
	apiKey     bool
}

func (r *reader) securitySchemes() {
	for _, m := range r.component("securityDefinitions", "securitySchemes").all() {
		n := r.follow(m.value)
		if n == nil {
			continue
		}
		s := &scheme{}
		r.schemes[m.name] = s
		authtype := n.get("x-amazon-apigateway-authtype").scalar()
		switch {
		case n.get("x-amazon-apigateway-authorizer") != nil && !r.object(n.get("x-amazon-apigateway-authorizer"), "authorizer"):
		case n.get("x-amazon-apigateway-authorizer") != nil:
			s.authorizer = r.authorizer(m.name, n, authtype)
			r.doc.Authorizers = append(r.doc.Authorizers, s.authorizer)
		case strings.EqualFold(authtype, "awsSigv4"):
			s.signature = true
		case n.get("type").scalar() == "apiKey":
			s.apiKey = true
		default:
			r.note(n, "the security scheme %s has no x-amazon-apigateway-authorizer and closes nothing", clip(m.name))
		}
	}
}

// authorizer reads one. Without an identity source it is the header that the
// scheme names. Observed.
func (r *reader) authorizer(name string, n *node, authtype string) *Authorizer {
	x := n.get("x-amazon-apigateway-authorizer")
	a := &Authorizer{At: x.place()}
	rows := a.Properties()
	members := map[string]any{}
	for _, m := range x.members {
		switch row, known := rows.Find(property.OpenAPI, m.name); {
		case m.value.is(null):
		case !known || row.Is&property.ReadOnly != 0:
			r.note(m.value, "%s has no effect on an authorizer of a REST API", clip(m.name))
		case m.name == "type":
			members[m.name] = strings.ToUpper(m.value.scalar())
		default:
			members[m.name] = m.value.value()
		}
	}
	members["name"], members["authType"] = name, authtype
	for _, e := range property.Decode(property.OpenAPI, rows, members).Failures() {
		r.fail(x.find(e.Path), "Unable to create authorizer '%s': %s", clip(name), e.Error())
	}
	if header := n.get("name").scalar(); a.IdentitySource == "" && n.get("in").scalar() == "header" && header != "" &&
		(a.Type != apigw.RequestAuthorizer || header != unusedHeader) {
		a.IdentitySource = "method.request.header." + header
	}
	return a
}

// unusedHeader is the name of a scheme whose authorizer reads more than one
// header, or none.
const unusedHeader = "Unused"

// secure gives an operation what its security asks for.
func (r *reader) secure(op *Operation, n *node) {
	m := op.Method
	m.AuthorizationType = apigw.AuthNone
	requirements := n.get("security")
	if requirements == nil {
		requirements = r.root.get("security")
	}
	if auth := n.get("x-amazon-apigateway-auth"); auth != nil && r.object(auth, "auth") {
		switch typ := auth.get("type"); strings.ToUpper(typ.scalar()) {
		case apigw.AuthIAM:
			m.AuthorizationType = apigw.AuthIAM
		case apigw.AuthNone:
			requirements = n.get("security") // what goes for the whole definition does not go here
		default:
			f := auth.finding("x-amazon-apigateway-auth has no effect on a REST API")
			f.Detail = "its type is NONE or AWS_IAM, security names the authorizer"
			r.doc.Notes = append(r.doc.Notes, f)
		}
	}
	for _, requirement := range requirements.list() {
		for _, named := range requirement.all() {
			s := r.schemes[named.name]
			switch {
			case s == nil:
				r.note(named.value, "the security scheme %s is not defined and closes nothing", clip(named.name))
			case s.apiKey:
				m.APIKeyRequired = true
			case s.signature:
				m.AuthorizationType = apigw.AuthIAM
			case s.authorizer != nil && op.Authorizer != "" && op.Authorizer != named.name:
				r.note(named.value, "a method has one authorizer, so %s has no effect beside %s", clip(named.name), clip(op.Authorizer))
			case s.authorizer != nil:
				op.Authorizer = named.name
				if m.AuthorizationType = apigw.AuthCustom; s.authorizer.Type == apigw.CognitoAuthorizer {
					m.AuthorizationType = apigw.AuthCognito
				}
				for _, scope := range named.value.list() {
					if !slices.Contains(m.AuthorizationScopes, scope.scalar()) {
						m.AuthorizationScopes = append(m.AuthorizationScopes, scope.scalar())
					}
				}
			}
		}
	}
}
