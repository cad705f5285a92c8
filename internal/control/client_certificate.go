package control

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"postern/internal/apigw"
	"postern/internal/property"
)

// Observed: a certificate is valid for a year.
const (
	certificateLife = 365 * 24 * time.Hour
	certificateBits = 2048
)

func unknownCertificate() error {
	return apigw.NotFound("Invalid Client Certificate identifier specified")
}

// GenerateClientCertificate makes a key pair and a certificate that signs
// itself. The private key is kept in a record of its own.
func (s *Service) GenerateClientCertificate(ctx context.Context, description string, tags map[string]string) (*apigw.ClientCertificate, error) {
	if err := checkTags(tags); err != nil {
		return nil, err
	}
	now := s.now().UTC().Truncate(time.Second)
	certificate, key, err := selfSigned(now, now.Add(certificateLife))
	if err != nil {
		return nil, err
	}
	var c *apigw.ClientCertificate
	err = s.write(ctx, func(t *tx) error {
		id, err := s.unusedID(t, shortID, certificateKey)
		if err != nil {
			return err
		}
		c = &apigw.ClientCertificate{ID: id, Description: description, PEM: string(certificate), Tags: tags,
			CreatedDate: now, ExpirationDate: now.Add(certificateLife)}
		t.put(certificateSecretKey(id), key)
		return t.save(certificateKey(id), c, s.now().UnixNano())
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// selfSigned returns a certificate for clients and its private key, both PEM.
func selfSigned(from, to time.Time) (certificate, key []byte, err error) {
	private, err := rsa.GenerateKey(rand.Reader, certificateBits)
	if err != nil {
		return nil, nil, fmt.Errorf("client certificate: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, fmt.Errorf("client certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "ApiGateway"},
		NotBefore:    from,
		NotAfter:     to,
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return nil, nil, fmt.Errorf("client certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, fmt.Errorf("client certificate: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), nil
}

// KeyPair returns a client certificate with its private key, for connections to
// backends.
func (s *Service) KeyPair(ctx context.Context, id string) (*tls.Certificate, error) {
	var pair tls.Certificate
	err := s.read(ctx, func(v view) error {
		c, err := load[apigw.ClientCertificate](v, certificateKey(id))
		if err != nil {
			return err
		}
		if c == nil {
			return unknownCertificate()
		}
		key, err := v.get(certificateSecretKey(id))
		if err != nil {
			return err
		}
		if pair, err = tls.X509KeyPair([]byte(c.PEM), key); err != nil {
			return fmt.Errorf("client certificate %s: %w", id, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &pair, nil
}

// GetClientCertificate returns a client certificate.
func (s *Service) GetClientCertificate(ctx context.Context, id string) (*apigw.ClientCertificate, error) {
	var c *apigw.ClientCertificate
	err := s.read(ctx, func(v view) (err error) {
		c, err = load[apigw.ClientCertificate](v, certificateKey(id))
		if err == nil && c == nil {
			err = unknownCertificate()
		}
		return err
	})
	return c, err
}

// GetClientCertificates returns a page of the client certificates, the oldest
// first.
func (s *Service) GetClientCertificates(ctx context.Context, p Page) (list []*apigw.ClientCertificate, next string, err error) {
	err = s.read(ctx, func(v view) (err error) {
		list, next, err = pageByCreation[apigw.ClientCertificate](v, certificatesPrefix, p)
		return err
	})
	return list, next, err
}

// UpdateClientCertificate changes the description of a client certificate.
func (s *Service) UpdateClientCertificate(ctx context.Context, id string, ops []property.PatchOperation) (*apigw.ClientCertificate, error) {
	var c *apigw.ClientCertificate
	err := s.write(ctx, func(t *tx) error {
		old, created, err := loadCreated[apigw.ClientCertificate](t, certificateKey(id))
		if err != nil {
			return err
		}
		if old == nil {
			return unknownCertificate()
		}
		if c, err = patched(old, ops, patchWords{replaceOnly: []string{"/description"}}, nil); err != nil {
			return err
		}
		return t.save(certificateKey(id), c, created)
	})
	return c, err
}

// DeleteClientCertificate removes a client certificate that no stage shows, and
// its private key.
func (s *Service) DeleteClientCertificate(ctx context.Context, id string) error {
	return s.write(ctx, func(t *tx) error {
		ok, err := t.has(certificateKey(id))
		if err != nil {
			return err
		}
		if !ok {
			return unknownCertificate()
		}
		for item, err := range t.scan(StagesPrefix) {
			if err != nil {
				return err
			}
			if !bytes.Contains(item.Value, []byte(id)) { // most need not be decoded
				continue
			}
			stage, err := decode[apigw.Stage](item.Value)
			if err != nil {
				return err
			}
			if stage.ClientCertificateID == id {
				api, name := StageOfKey(item.Key)
				return apigw.Conflict("Cannot delete client certificate '%s', is referenced in stage: %s/%s", id, api, name)
			}
		}
		t.delete(certificateKey(id))
		t.delete(certificateSecretKey(id))
		return nil
	})
}

// needCertificate refuses a stage's client certificate that does not exist.
func needCertificate(r reader, id string) error {
	ok, err := r.has(certificateKey(id))
	if err == nil && !ok {
		err = refuse("clientCertificateId", clip(id), "Invalid Client Certificate identifier specified")
	}
	return err
}
