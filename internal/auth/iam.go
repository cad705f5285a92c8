package auth

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"postern/internal/message"
	"postern/internal/sigv4"
)

// A Key is an access key and whose it is.
type Key struct {
	sigv4.Credentials
	UserName string // the user that the key belongs to
}

// A Principal is who signed a request.
type Principal struct {
	AccessKeyID string
	AccountID   string
	UserName    string
	UserID      string // such as AIDAJQABLZS4A3QDU576Q
	ARN         string
}

// An IAM authenticates callers by their signatures. It is safe for concurrent
// use.
type IAM struct {
	keys      func(accessKeyID string) (Key, bool)
	verifier  sigv4.Verifier
	partition string
	account   string
}

// IAMOptions are what an IAM needs.
type IAMOptions struct {
	Keys      func(accessKeyID string) (Key, bool) // nil: none are known
	AccountID string                               // that all keys belong to
	Partition string                               // of ARNs, such as aws
	Region    string
	Service   string           // that signatures are made for
	Now       func() time.Time // nil: time.Now
}

// NewIAM returns an IAM.
func NewIAM(o IAMOptions) *IAM {
	keys := o.Keys
	if keys == nil {
		keys = func(string) (Key, bool) { return Key{}, false }
	}
	return &IAM{
		keys:      keys,
		account:   o.AccountID,
		partition: o.Partition,
		verifier: sigv4.Verifier{
			Credentials: func(id string) (sigv4.Credentials, bool) {
				k, ok := keys(id)
				return k.Credentials, ok
			},
			Region:   o.Region,
			Services: []string{o.Service},
			Now:      o.Now,
		},
	}
}

// Authenticate returns who signed r, or a *sigv4.Error.
func (a *IAM) Authenticate(r *message.Request) (*Principal, error) {
	caller, err := a.verifier.Verify(signedRequest(r))
	if err != nil {
		return nil, err
	}
	key, _ := a.keys(caller.AccessKeyID)
	return &Principal{
		AccessKeyID: caller.AccessKeyID,
		AccountID:   a.account,
		UserName:    key.UserName,
		UserID:      userID(a.account, key.UserName),
		ARN:         "arn:" + a.partition + ":iam::" + a.account + ":user/" + key.UserName,
	}, nil
}

// Malformed returns what keeps the signature of r from being read, as a
// *sigv4.Error, or nil.
func Malformed(r *message.Request) error { return sigv4.Malformed(signedRequest(r)) }

func signedRequest(r *message.Request) *sigv4.Request {
	return &sigv4.Request{Method: r.Method, Host: r.Host, Path: r.Path, Query: r.Query, Body: r.Body,
		Header: func(yield func(string, string) bool) {
			for i := range r.Header {
				if !yield(r.Header[i].Name, r.Header[i].Value) {
					return
				}
			}
		}}
}

// userID is the unique identifier of a user: the same for the same name.
func userID(account, name string) string {
	digest := sha256.Sum256([]byte(account + "/" + name))
	return "AIDA" + strings.ToUpper(base32.StdEncoding.EncodeToString(digest[:]))[:17]
}
