package lambdaapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"postern/internal/lambda"
	"postern/internal/property"
)

// This file reads requests.

func serialization(format string, args ...any) error {
	return &lambda.Error{Code: lambda.SerializationException, Message: fmt.Sprintf(format, args...)}
}

// members reads the one JSON object that a body must be. An empty body is an
// empty object. Numbers keep their digits.
func (c *call) members() (map[string]any, error) {
	out := map[string]any{}
	if len(bytes.TrimSpace(c.body)) == 0 {
		return out, nil
	}
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		return nil, serialization("Could not parse request body into json: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, serialization("Could not parse request body into json: more text after the value, at byte %d", d.InputOffset())
	}
	return out, nil
}

// decode reads members into the fields of rows, and refuses what the service's
// model refuses.
func decode(rows property.List, members map[string]any) error {
	failures := property.Decode(property.Service, rows, members).Failures()
	for _, e := range failures {
		if e.Kind == property.WrongType {
			return serialization("%s", e.Message)
		}
	}
	var violations []string
	for _, e := range failures {
		path := make([]string, len(e.Path))
		for i, name := range e.Path {
			path[i] = strings.ToLower(name[:1]) + name[1:]
		}
		place, value, constraint := strings.Join(path, "."), fmt.Sprintf("Value '%v'", e.Found), e.Message
		switch e.Kind {
		case property.Absent:
			value, constraint = "Value null", "Member must not be null"
		case property.NotOneOf:
			constraint = "Member must satisfy enum value set: [" + strings.Join(e.Allowed, ", ") + "]"
		}
		violations = append(violations, value+" at '"+place+"' failed to satisfy constraint: "+constraint)
	}
	switch len(violations) {
	case 0:
		return nil
	case 1:
		return &lambda.Error{Code: lambda.ValidationException, Message: "1 validation error detected: " + violations[0]}
	}
	return &lambda.Error{Code: lambda.ValidationException,
		Message: strconv.Itoa(len(violations)) + " validation errors detected: " + strings.Join(violations, "; ")}
}

// codeRows are the ways in which a request gives code.
func codeRows(code *lambda.Code, zip *string) property.List {
	return property.List{
		{Name: "zipFile", Value: property.Text(zip)},
		{Name: "s3Bucket", Value: property.Text(&code.S3Bucket)},
		{Name: "s3Key", Value: property.Text(&code.S3Key)},
		{Name: "imageUri", Value: property.Text(&code.ImageURI)},
	}
}

// unzip puts the bytes of a ZipFile into code.
func unzip(code *lambda.Code, zip string) error {
	if zip == "" {
		return nil
	}
	archive, err := base64.StdEncoding.DecodeString(zip)
	if err != nil {
		return serialization("ZipFile is not base64: %v", err)
	}
	code.Archive = archive
	return nil
}

// A codeInput is the member Code of CreateFunction.
type codeInput struct {
	lambda.Code
	zip string
}

// Properties implements property.Noun.
func (in *codeInput) Properties() property.List { return codeRows(&in.Code, &in.zip) }

// without refuses members that would be missed when the function runs.
func without(members map[string]any) error {
	for name, what := range map[string]string{
		"FileSystemConfigs":      "File systems",
		"CodeSigningConfigArn":   "Code signing",
		"CapacityProviderConfig": "Capacity providers",
		"DurableConfig":          "Durable functions",
	} {
		switch v := members[name].(type) {
		case nil:
		case string:
			if v != "" {
				return &lambda.Error{Code: lambda.InvalidParameterValue, Message: what + " are not part of Postern; leave " + name + " out"}
			}
		case []any:
			if len(v) > 0 {
				return &lambda.Error{Code: lambda.InvalidParameterValue, Message: what + " are not part of Postern; leave " + name + " out"}
			}
		default:
			return &lambda.Error{Code: lambda.InvalidParameterValue, Message: what + " are not part of Postern; leave " + name + " out"}
		}
	}
	return nil
}

// page cuts a list to what Marker and MaxItems ask for, and returns the marker of
// what is left.
func page[T any](c *call, list []T, most int) (items []T, next any, err error) {
	query := c.URL.Query()
	if text := query.Get("MaxItems"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 10_000 {
			return nil, nil, &lambda.Error{Code: lambda.ValidationException, Message: "1 validation error detected: Value '" + text +
				"' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 10000"}
		}
		most = min(n, most)
	}
	from := 0
	if text := query.Get("Marker"); text != "" {
		number, err := base64.RawURLEncoding.DecodeString(text)
		if err == nil {
			from, err = strconv.Atoi(string(number))
		}
		if err != nil || from < 0 {
			return nil, nil, &lambda.Error{Code: lambda.InvalidParameterValue, Message: "Invalid pagination token"}
		}
	}
	list = list[min(from, len(list)):]
	if len(list) <= most {
		return list, nil, nil
	}
	return list[:most], base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(from + most))), nil
}
