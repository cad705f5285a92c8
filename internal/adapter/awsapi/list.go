package awsapi

import (
	"encoding/base64"
	"strconv"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// page reads limit and position of the query. The position is what the last
// page ended with, encoded; clients do not look into it.
func (c *call) page() (control.Page, error) {
	p := control.Page{Limit: control.DefaultLimit}
	if text := c.query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return p, serialization("STRING_VALUE can not be converted to an Integer")
		}
		p.Limit = max(min(n, control.MaxLimit), 0)
	}
	if text := c.query.Get("position"); text != "" {
		after, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			return p, apigw.BadRequest("Invalid position parameter specified: %s", text)
		}
		p.After = string(after)
	}
	return p, nil
}

// list is the body of a page of items. SDKs call the member items; on the wire
// it is item.
func list(items []any, next string) map[string]any {
	if items == nil {
		items = []any{}
	}
	body := map[string]any{"item": items}
	if next != "" {
		body["position"] = base64.RawURLEncoding.EncodeToString([]byte(next))
	}
	return body
}

// wire returns a noun as it appears in an answer.
func wire(n property.Noun) map[string]any { return property.Encode(property.Wire, n.Properties()) }

// answer is the body of an operation that returns a noun, or its error.
func answer[T any, P interface {
	*T
	property.Noun
}](n *T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return wire(P(n)), nil
}

// wireAll is list for nouns that need nothing more.
func wireAll[T property.Noun](nouns []T, next string) map[string]any {
	items := make([]any, len(nouns))
	for i, n := range nouns {
		items[i] = wire(n)
	}
	return list(items, next)
}
