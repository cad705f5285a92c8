package control

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"postern/internal/apigw"
	"postern/internal/property"
)

// DomainNameTaken is the refusal of a domain name that there is already.
const DomainNameTaken = "The domain name you provided already exists."

func unknownDomain() error { return apigw.NotFound("Invalid domain name identifier specified") }

// A Certificate is a certificate that comes with a domain name, as PEM. Its
// private key is a secret.
type Certificate struct {
	Body       string `json:"body"`
	Chain      string `json:"chain,omitempty"`
	PrivateKey string `json:"privateKey"`
}

// Chosen: the zones that AWS has for us-east-1 and for its content delivery
// network; nothing is looked up in them.
const (
	regionalZone     = "Z1UJRXOUMOOFQ8"
	distributionZone = "Z2FDTNDATAQYW2"
)

// CreateDomainName makes a domain name. Its certificate is given, or named by an
// ARN; any ARN will do.
func (s *Service) CreateDomainName(ctx context.Context, given *apigw.DomainName, own *Certificate) (*apigw.DomainName, error) {
	if own != nil {
		chain := strings.TrimRight(own.Body, "\n") + "\n" + own.Chain
		if _, err := tls.X509KeyPair([]byte(chain), []byte(own.PrivateKey)); err != nil {
			return nil, refuse("certificateBody", nil, "Invalid certificate specified: the certificate and its private key do not belong together, or are not PEM")
		}
	}
	var d *apigw.DomainName
	err := s.write(ctx, func(t *tx) error {
		fresh := *given
		d = &fresh
		d.DomainName = strings.ToLower(d.DomainName)
		d.DomainNameID, d.DomainNameARN = "", ""
		taken, err := domainTaken(t, d)
		if err != nil {
			return err
		}
		if taken {
			return apigw.BadRequest(DomainNameTaken)
		}
		d.RegionalDomainName, d.DistributionDomainName = "", ""
		d.StatusMessage, d.ManagementPolicy = "", ""
		if e := d.EndpointConfiguration; e != nil && len(e.Types) == 0 {
			edge := *e
			edge.Types = []string{"EDGE"}
			d.EndpointConfiguration = &edge
		}
		if m := d.MutualTLS; m != nil {
			d.MutualTLS = &apigw.MutualTLS{TruststoreURI: m.TruststoreURI, TruststoreVersion: m.TruststoreVersion}
		}
		d.CertificateUploadDate = s.now().UTC().Truncate(time.Second)
		if err := s.completeDomain(d, own != nil); err != nil {
			return err
		}
		if own != nil {
			secret, err := json.Marshal(own)
			if err != nil {
				return err
			}
			t.put(domainSecretKey(domainRef(d)), secret)
		}
		return t.save(domainKey(domainRef(d)), d, s.now().UnixNano())
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// domainRef is what a domain name is kept under: a private name may be spelled
// like a public one, and has its identifier behind it.
func domainRef(d *apigw.DomainName) string { return privateRef(d.DomainName, d.DomainNameID) }

// privateRef is domainRef for a name and the identifier of a private one, or "".
func privateRef(name, id string) string {
	if name = strings.ToLower(name); id != "" {
		return name + "+" + id
	}
	return name
}

// domainTaken reports whether there is a name like d, public or private as d is.
// Chosen: a private name is there once in an account, although its identifier
// would tell two apart.
func domainTaken(t *tx, d *apigw.DomainName) (bool, error) {
	if d.EndpointType() != "PRIVATE" {
		return t.has(domainKey(d.DomainName))
	}
	return anyUnder(t, domainKey(d.DomainName+"+"))
}

// completeDomain fills in what follows from the endpoint and judges the whole.
func (s *Service) completeDomain(d *apigw.DomainName, uploaded bool) error {
	if m := d.MutualTLS; m != nil && m.TruststoreURI == "" {
		d.MutualTLS = nil // how clients take it out
	}
	if err := Refusal(d.Validate(uploaded)); err != nil {
		return err
	}
	e := apigw.EndpointConfiguration{Types: []string{"EDGE"}}
	if d.EndpointConfiguration != nil {
		e = *d.EndpointConfiguration
	}
	typ := e.Types[0]
	e.IPAddressType = orElse(e.IPAddressType, map[bool]string{true: "dualstack", false: "ipv4"}[typ == "PRIVATE"])
	if e.IPAddressType != "ipv4" && e.IPAddressType != "dualstack" {
		return refuse("endpointConfiguration", clip(e.IPAddressType), addressTypes)
	}
	d.EndpointConfiguration = &e
	d.Status = "AVAILABLE"
	d.SecurityPolicy = orElse(d.SecurityPolicy, "TLS_1_2")
	regional, distribution := d.RegionalDomainName, d.DistributionDomainName
	d.RegionalDomainName, d.RegionalHostedZoneID, d.DistributionDomainName, d.DistributionHostedZoneID = "", "", "", ""
	switch typ {
	case "REGIONAL":
		d.RegionalHostedZoneID = regionalZone
		if d.RegionalDomainName = regional; regional == "" {
			d.RegionalDomainName = "d-" + s.newID(longID) + ".execute-api." + s.region() + ".amazonaws.com"
		}
	case "EDGE":
		d.DistributionHostedZoneID = distributionZone
		if d.DistributionDomainName = distribution; distribution == "" {
			d.DistributionDomainName = "d" + s.newID(longID) + ".cloudfront.net"
		}
	case "PRIVATE":
		if d.DomainNameID == "" {
			d.DomainNameID = s.newID(longID)
		}
		d.DomainNameARN = s.arn("apigateway", "/domainnames/"+domainRef(d))
	}
	var err error
	// The same form execute-api:/* stands for the name itself. Observed.
	if d.Policy, err = s.compactPolicy(d.Policy, `"execute-api:/*"`, `"`+s.arn("execute-api", "/domainnames/"+domainRef(d))+`"`); err != nil {
		return err
	}
	if d.ManagementPolicy, err = s.compactPolicy(d.ManagementPolicy, "", ""); err != nil {
		return err
	}
	return checkTags(d.Tags)
}

// arn returns the ARN of something of the account.
func (s *Service) arn(service, resource string) string {
	return "arn:" + s.partition() + ":" + service + ":" + s.region() + ":" + s.accountID() + ":" + resource
}

// loadDomain returns a domain name. id is that of a private name, or empty.
func loadDomain(r reader, name, id string) (*apigw.DomainName, int64, error) {
	d, created, err := loadCreated[apigw.DomainName](r, domainKey(privateRef(name, id)))
	if err == nil && d == nil {
		err = unknownDomain()
	}
	return d, created, err
}

// GetDomainName returns a domain name.
func (s *Service) GetDomainName(ctx context.Context, name, id string) (*apigw.DomainName, error) {
	var d *apigw.DomainName
	err := s.read(ctx, func(v view) (err error) {
		d, _, err = loadDomain(v, name, id)
		return err
	})
	return d, err
}

// GetDomainNames returns a page of the domain names, in their order.
func (s *Service) GetDomainNames(ctx context.Context, p Page) (list []*apigw.DomainName, next string, err error) {
	err = s.read(ctx, func(v view) (err error) {
		list, next, err = pageOfKeys[apigw.DomainName](v, DomainsPrefix, p)
		return err
	})
	return list, next, err
}

// UpdateDomainName changes a domain name. It is judged after the whole list.
func (s *Service) UpdateDomainName(ctx context.Context, name, id string, ops []property.PatchOperation) (*apigw.DomainName, error) {
	var d *apigw.DomainName
	err := s.write(ctx, func(t *tx) error {
		old, created, err := loadDomain(t, name, id)
		if err != nil {
			return err
		}
		if d = old; len(ops) == 0 {
			return nil
		}
		if d, err = patched(old, ops, patchWords{bad: map[string]string{"endpointConfiguration": addressTypes}}, patchDomainType); err != nil {
			return err
		}
		if was := old.EndpointType() == "PRIVATE"; was != (d.EndpointType() == "PRIVATE") {
			return refuse("endpointConfiguration", d.EndpointType(), "Invalid EndpointTypes specified. A private domain name cannot become a public one, nor a public one private")
		}
		uploaded, err := t.has(domainSecretKey(domainRef(old)))
		if err != nil {
			return err
		}
		if d.CertificateARN != old.CertificateARN || d.RegionalCertificateARN != old.RegionalCertificateARN {
			d.CertificateUploadDate = s.now().UTC().Truncate(time.Second)
		}
		if err := s.completeDomain(d, uploaded); err != nil {
			return err
		}
		return t.save(domainKey(domainRef(old)), d, created)
	})
	return d, err
}

// patchDomainType takes over the operations on the endpoint's type. Between two
// operations a name may have two types or none.
func patchDomainType(d *apigw.DomainName, op property.PatchOperation) (bool, error) {
	rest, ok := strings.CutPrefix(op.Path, "/endpointConfiguration/types")
	if !ok {
		return false, nil
	}
	e := d.EndpointConfiguration
	named := strings.TrimPrefix(rest, "/")
	switch op.Op {
	case "replace":
		e.Types = []string{op.Value} // the path names the old one, or its index
	case "add":
		if t := orElse(op.Value, named); !slices.Contains(e.Types, t) {
			e.Types = append(e.Types, t)
		}
	case "remove":
		t := orElse(op.Value, named)
		if named == "0" && len(e.Types) > 0 {
			t = e.Types[0]
		}
		e.Types = slices.DeleteFunc(e.Types, func(other string) bool { return other == t })
	default:
		return true, apigw.BadRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
	}
	return true, nil
}

// DeleteDomainName removes a domain name with its mappings and with the access
// to it.
func (s *Service) DeleteDomainName(ctx context.Context, name, id string) error {
	return s.write(ctx, func(t *tx) error {
		d, _, err := loadDomain(t, name, id)
		if err != nil {
			return err
		}
		ref := domainRef(d)
		mappings, err := all[apigw.BasePathMapping](t, mappingsPrefix(ref))
		if err != nil {
			return err
		}
		for _, m := range mappings {
			t.delete(apiMappingKey(m.RestAPIID, ref, m.BasePath))
		}
		t.deletePrefix(mappingsPrefix(ref))
		t.deletePrefix(accessKey(ref, ""))
		t.delete(domainSecretKey(ref))
		t.delete(domainKey(ref))
		return nil
	})
}

// PublishedDomains returns every domain name there is, each once, in a stable
// order.
func (s *Service) PublishedDomains(ctx context.Context) ([]string, error) {
	var names []string
	err := s.read(ctx, func(v view) error {
		for item, err := range v.scan(DomainsPrefix) {
			if err != nil {
				return err
			}
			if name := DomainOfKey(item.Key); len(names) == 0 || names[len(names)-1] != name {
				names = append(names, name)
			}
		}
		return nil
	})
	return names, err
}

// LoadDomain returns a domain name with its mappings, as they stood together. Of
// a public and a private name of one spelling it is the public one.
func (s *Service) LoadDomain(ctx context.Context, name string) (*apigw.DomainName, []*apigw.BasePathMapping, error) {
	var d *apigw.DomainName
	var mappings []*apigw.BasePathMapping
	err := s.read(ctx, func(v view) (err error) {
		if d, err = load[apigw.DomainName](v, domainKey(name)); err != nil {
			return err
		}
		if d == nil {
			private, err := all[apigw.DomainName](v, domainKey(name+"+"))
			if err != nil {
				return err
			}
			if len(private) == 0 {
				return unknownDomain()
			}
			d = private[0]
		}
		mappings, err = all[apigw.BasePathMapping](v, mappingsPrefix(domainRef(d)))
		return err
	})
	return d, mappings, err
}
