package control

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"postern/internal/apigw"
)

// This file reads API keys from a file of comma-separated values.
//
// See "API Gateway API key file format".

// Limits of a file of keys.
const (
	maxImportedKeys  = 10_000
	minImportedValue = 30 // characters
)

// An importedKey is one line of a file of keys.
type importedKey struct {
	line  int // from 1
	key   apigw.APIKey
	plans []string
}

// ImportAPIKeys makes the API keys of a file, all or none. It returns their
// identifiers and what it had to leave out, which is a refusal with
// failOnWarnings.
func (s *Service) ImportAPIKeys(ctx context.Context, file []byte, failOnWarnings bool) (ids, warnings []string, err error) {
	lines, bad, err := readKeys(file)
	if err != nil {
		return nil, nil, err
	}
	err = s.write(ctx, func(t *tx) error {
		ids, warnings = nil, append([]string(nil), bad...)
		if err := orderKeys(t); err != nil {
			return err
		}
		for i := range lines {
			id, warning, err := s.importKey(t, &lines[i])
			switch {
			case err != nil:
				return err
			case id != "":
				ids = append(ids, id)
			}
			if warning != "" {
				warnings = append(warnings, fmt.Sprintf("line %d: %s", lines[i].line, warning))
			}
		}
		if failOnWarnings && len(warnings) > 0 {
			return apigw.BadRequest("Warnings found during import:\n\t%s", strings.Join(warnings, "\n\t"))
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return ids, warnings, nil
}

// importKey makes one key and adds it to its plans. A plan that it cannot be
// added to is a warning, and so is a key that cannot be made.
func (s *Service) importKey(t *tx, line *importedKey) (id, warning string, err error) {
	if utf8.RuneCountInString(line.key.Value) < minImportedValue {
		return "", fmt.Sprintf("API Key value should be at least %d characters", minImportedValue), nil
	}
	var refused *apigw.Error
	k, err := s.createKey(t, &line.key)
	switch {
	case errors.As(err, &refused):
		return "", refused.Message, nil
	case err != nil:
		return "", "", err
	}
	for _, plan := range line.plans {
		err := s.addToPlan(t, plan, k)
		switch {
		case errors.As(err, &refused):
			warning = fmt.Sprintf("usage plan %s: %s", clip(plan), refused.Message)
		case err != nil:
			return "", "", err
		}
	}
	return k.ID, warning, nil
}

// readKeys reads the lines of a file. The first one names the columns, in any
// order and any case. No warning shows a value.
func readKeys(file []byte) (keys []importedKey, warnings []string, err error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if err != nil {
		return nil, nil, apigw.BadRequest("Invalid API key file: it needs a line that names its columns, Name and Key among them")
	}
	column := map[string]int{}
	for i, name := range head {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	for _, name := range []string{"name", "key"} {
		if _, ok := column[name]; !ok {
			return nil, nil, apigw.BadRequest("Invalid API key file: there is no column %s", strings.ToUpper(name[:1])+name[1:])
		}
	}
	for {
		fields, err := r.Read()
		if err == io.EOF {
			return keys, warnings, nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, nil, apigw.BadRequest("Invalid API key file: line %d: %v", wrong.Line, wrong.Err)
		}
		if err != nil {
			return nil, nil, apigw.BadRequest("Invalid API key file: %v", err)
		}
		if len(keys) == maxImportedKeys {
			return nil, nil, apigw.BadRequest("Invalid API key file: it has more than %d keys", maxImportedKeys)
		}
		line, _ := r.FieldPos(0)
		field := func(name string) string {
			if i, ok := column[name]; ok && i < len(fields) {
				return strings.TrimSpace(fields[i])
			}
			return ""
		}
		k := importedKey{line: line, key: apigw.APIKey{
			Name: field("name"), Value: field("key"), Description: field("description"), Enabled: boolText(field("enabled")),
		}}
		if k.key.Name == "" || k.key.Value == "" {
			warnings = append(warnings, fmt.Sprintf("line %d: Name and Key are required", line))
			continue
		}
		for plan := range strings.FieldsFuncSeq(field("usageplanids"), func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
			k.plans = append(k.plans, plan)
		}
		keys = append(keys, k)
	}
}
