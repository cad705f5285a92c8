package control

import (
	"context"
	"strings"

	"postern/internal/apigw"
)

func unknownAccess() error {
	return apigw.NotFound("Invalid Domain Name Access Association identifier specified")
}

// CreateDomainNameAccessAssociation lets a VPC endpoint reach a private domain
// name.
func (s *Service) CreateDomainNameAccessAssociation(ctx context.Context, given *apigw.DomainNameAccessAssociation) (*apigw.DomainNameAccessAssociation, error) {
	var a *apigw.DomainNameAccessAssociation
	err := s.write(ctx, func(t *tx) error {
		fresh := *given
		a = &fresh
		if a.Source == "" || strings.Contains(a.Source, "/") {
			return refuse("accessAssociationSource", clip(a.Source), "Invalid access association source specified: it is the identifier of a VPC endpoint")
		}
		_, ref, ok := strings.Cut(a.DomainNameARN, ":/domainnames/")
		name, id, private := strings.Cut(ref, "+")
		if !ok || !private {
			return refuse("domainNameArn", clip(a.DomainNameARN), "Invalid ARN. ARN is not well formed "+clip(a.DomainNameARN))
		}
		d, _, err := loadDomain(t, name, id)
		if err != nil {
			return err
		}
		if d.DomainNameARN != a.DomainNameARN { // of another account or region
			return unknownDomain()
		}
		k := accessKey(domainRef(d), a.Source)
		taken, err := t.has(k)
		if err != nil {
			return err
		}
		if taken {
			return apigw.Conflict("Domain Name Access Association already exists")
		}
		if err := checkTags(a.Tags); err != nil {
			return err
		}
		a.ARN = s.arn("apigateway", "/domainnameaccessassociations/domainname/"+domainRef(d)+"/vpcesource/"+a.Source)
		return t.save(k, a, s.now().UnixNano())
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// GetDomainNameAccessAssociations returns a page of the access associations, in
// the order of their domain names. Other accounts, of which there are none, have
// none.
func (s *Service) GetDomainNameAccessAssociations(ctx context.Context, ofOthers bool, p Page) (list []*apigw.DomainNameAccessAssociation, next string, err error) {
	if ofOthers {
		return nil, "", nil
	}
	err = s.read(ctx, func(v view) (err error) {
		list, next, err = pageOfKeys[apigw.DomainNameAccessAssociation](v, accessPrefix, p)
		return err
	})
	return list, next, err
}

// DeleteDomainNameAccessAssociation removes an access association. domainARN is
// that of its domain name, as the owner of the name has to give it; empty: any.
func (s *Service) DeleteDomainNameAccessAssociation(ctx context.Context, arn, domainARN string) error {
	return s.write(ctx, func(t *tx) error {
		// arn:…:/domainnameaccessassociations/domainname/{name}+{id}/vpcesource/{source}
		_, rest, _ := strings.Cut(arn, ":/domainnameaccessassociations/domainname/")
		ref, source, _ := strings.Cut(rest, "/vpcesource/")
		k := accessKey(strings.ToLower(ref), source)
		a, err := load[apigw.DomainNameAccessAssociation](t, k)
		if err != nil {
			return err
		}
		if a == nil || a.ARN != arn || domainARN != "" && a.DomainNameARN != domainARN {
			return unknownAccess()
		}
		t.delete(k)
		return nil
	})
}
