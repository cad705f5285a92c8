package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"postern/internal/apigw"
	"postern/internal/property"
)

// Chosen: a link is a name for a route that the operator configures, so it can
// be used at once. Creating it is answered with PENDING, as clients expect, and
// the next read says AVAILABLE.
//
// Deleting it is done at once as well. Observed: the service shows it as DELETING
// for a while. Here the first read that follows does, if it comes soon.
const (
	linkPending   = "PENDING"
	linkAvailable = "AVAILABLE"
	linkDeleting  = "DELETING"
	linkReady     = "Your vpc link is ready for use"
	linkLingers   = time.Minute
)

// A deletedLinks holds the VPC links that were deleted and have not been read
// since.
type deletedLinks struct {
	mu sync.Mutex

	links map[string]deletedLink
}

type deletedLink struct {
	link *apigw.VPCLink
	at   time.Time
}

// add remembers a link that is deleted now.
func (d *deletedLinks) add(link *apigw.VPCLink, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.DeleteFunc(d.links, func(_ string, l deletedLink) bool { return now.Sub(l.at) > linkLingers })
	if d.links == nil {
		d.links = map[string]deletedLink{}
	}
	link.Status, link.StatusMessage = linkDeleting, ""
	d.links[link.ID] = deletedLink{link, now}
}

// take returns a link that was deleted and forgets it, or nil.
func (d *deletedLinks) take(id string, now time.Time) *apigw.VPCLink {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.links[id]
	delete(d.links, id)
	if now.Sub(l.at) > linkLingers {
		return nil
	}
	return l.link
}

func unknownVPCLink() error { return apigw.NotFound("Invalid Vpc Link identifier specified") }

// CreateVPCLink makes a VPC link.
func (s *Service) CreateVPCLink(ctx context.Context, given *apigw.VPCLink) (*apigw.VPCLink, error) {
	var link *apigw.VPCLink
	err := s.write(ctx, func(t *tx) error {
		fresh := *given
		link = &fresh
		if err := checkLink(link); err != nil {
			return err
		}
		if limit := s.limits().VPCLinks; limit > 0 {
			links, err := all[apigw.VPCLink](t, VPCLinksPrefix)
			if err != nil {
				return err
			}
			if len(links) >= limit {
				return &apigw.Error{Code: apigw.LimitExceededException, Message: "Maximum number of VPC links has been reached.  Please contact AWS if you need additional VPC links."}
			}
		}
		var err error
		if link.ID, err = s.unusedID(t, shortID, vpcLinkKey); err != nil {
			return err
		}
		link.Status, link.StatusMessage = linkAvailable, linkReady
		return t.save(vpcLinkKey(link.ID), link, s.now().UnixNano())
	})
	if err != nil {
		return nil, err
	}
	link.Status, link.StatusMessage = linkPending, ""
	return link, nil
}

func checkLink(link *apigw.VPCLink) error {
	if link.Name == "" {
		return refuse("name", "", "Name cannot be empty")
	}
	if len(link.TargetARNs) > 1 {
		return refuse("targetArns", link.TargetARNs, "More than one target arn specified for vpc link.")
	}
	if len(link.TargetARNs) == 0 {
		return refuse("targetArns", nil, "Target arns cannot be empty")
	}
	arn := link.TargetARNs[0]
	if parts := strings.SplitN(arn, ":", 6); len(parts) != 6 || parts[0] != "arn" || parts[1] == "" || parts[2] == "" || parts[5] == "" {
		return refuse("targetArns", clip(arn), "Invalid ARN. ARN is not well formed "+clip(arn))
	}
	return checkTags(link.Tags)
}

// GetVPCLink returns a VPC link, or once more one that was deleted.
func (s *Service) GetVPCLink(ctx context.Context, id string) (*apigw.VPCLink, error) {
	var link *apigw.VPCLink
	err := s.read(ctx, func(v view) (err error) {
		link, err = load[apigw.VPCLink](v, vpcLinkKey(id))
		return err
	})
	if err == nil && link == nil {
		if link = s.deletedLinks.take(id, s.now()); link == nil {
			err = unknownVPCLink()
		}
	}
	return link, err
}

// GetVPCLinks returns a page of the VPC links, in the order of their
// identifiers.
func (s *Service) GetVPCLinks(ctx context.Context, p Page) (links []*apigw.VPCLink, next string, err error) {
	err = s.read(ctx, func(v view) (err error) {
		links, next, err = pageOfKeys[apigw.VPCLink](v, VPCLinksPrefix, p)
		return err
	})
	return links, next, err
}

// UpdateVPCLink changes the name or the description of a VPC link.
func (s *Service) UpdateVPCLink(ctx context.Context, id string, ops []property.PatchOperation) (*apigw.VPCLink, error) {
	var link *apigw.VPCLink
	err := s.write(ctx, func(t *tx) error {
		old, created, err := loadCreated[apigw.VPCLink](t, vpcLinkKey(id))
		if err != nil {
			return err
		}
		if old == nil {
			return unknownVPCLink()
		}
		for _, op := range ops {
			if strings.HasPrefix(op.Path, "/targetArns") {
				return apigw.BadRequest("Target arns are not allowed to be changed/added.")
			}
		}
		if link, err = patched(old, ops, patchWords{replaceOnly: []string{"/name", "/description"}}, nil); err != nil {
			return err
		}
		if err := checkLink(link); err != nil {
			return err
		}
		return t.save(vpcLinkKey(id), link, created)
	})
	return link, err
}

// DeleteVPCLink removes a VPC link that no deployed stage uses.
func (s *Service) DeleteVPCLink(ctx context.Context, id string) error {
	var link *apigw.VPCLink
	err := s.write(ctx, func(t *tx) (err error) {
		if link, err = load[apigw.VPCLink](t, vpcLinkKey(id)); err != nil {
			return err
		}
		if link == nil {
			return unknownVPCLink()
		}
		users, err := t.linkUsers(id)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return apigw.BadRequest("Cannot delete vpc link. Vpc link '%s', is referenced in [%s] in format of [RESTApiId:Method:Resource:Stage].",
				id, strings.Join(users, ", "))
		}
		t.delete(vpcLinkKey(id))
		t.deletePrefix(linkUsesPrefix(id))
		return nil
	})
	if err == nil {
		s.deletedLinks.add(link, s.now())
	}
	return err
}

// A linkUse is a method that uses a VPC link in a deployment. They are kept
// under the link, because nobody could look through all deployments.
type linkUse struct {
	Method   string `json:"method"`
	Resource string `json:"resource"`
}

func linkUsesPrefix(link string) string { return key("linkuses", link) + "/" }
func linkUsesKey(link, api, deployment string) string {
	return key("linkuses", link, api, deployment)
}

// linkUsesOf returns the methods of a snapshot by the VPC link they name.
func linkUsesOf(snapshot *apigw.Snapshot) map[string][]linkUse {
	uses := map[string][]linkUse{}
	for _, r := range snapshot.Resources {
		for _, verb := range slices.Sorted(maps.Keys(r.Methods)) {
			in := r.Methods[verb].Integration
			if in == nil || in.ConnectionType != apigw.ViaVPCLink || strings.Contains(in.ConnectionID, "${") {
				continue
			}
			uses[in.ConnectionID] = append(uses[in.ConnectionID], linkUse{Method: verb, Resource: r.ID})
		}
	}
	return uses
}

// rememberLinkUses writes which VPC links a new deployment uses.
func (t *tx) rememberLinkUses(api string, snapshot *apigw.Snapshot) error {
	for link, uses := range linkUsesOf(snapshot) {
		text, err := json.Marshal(uses)
		if err != nil {
			return err
		}
		t.put(linkUsesKey(link, api, snapshot.Deployment.ID), text)
	}
	return nil
}

// forgetLinkUses is the opposite, for the record of a snapshot.
func (t *tx) forgetLinkUses(api string, record []byte) error {
	if !bytes.Contains(record, []byte(apigw.ViaVPCLink)) {
		return nil
	}
	snapshot, err := decode[apigw.Snapshot](record)
	if err != nil {
		return err
	}
	for link := range linkUsesOf(snapshot) {
		t.delete(linkUsesKey(link, api, snapshot.Deployment.ID))
	}
	return nil
}

// linkUsers returns the methods of deployed stages that use a VPC link, in the
// words of the refusal.
func (t *tx) linkUsers(link string) ([]string, error) {
	var users []string
	for item, err := range t.scan(linkUsesPrefix(link)) {
		if err != nil {
			return nil, err
		}
		api, deployment := segment(item.Key, 2), segment(item.Key, 3)
		var uses []linkUse
		if err := json.Unmarshal(item.Value, &uses); err != nil {
			return nil, fmt.Errorf("record %s: %w", item.Key, err)
		}
		stages, err := all[apigw.Stage](t, stagesOfPrefix(api))
		if err != nil {
			return nil, err
		}
		for _, stage := range stages {
			if !serves(stage, deployment) {
				continue
			}
			for _, u := range uses {
				users = append(users, strings.Join([]string{api, u.Method, u.Resource, stage.StageName}, ":"))
			}
		}
	}
	return users, nil
}
