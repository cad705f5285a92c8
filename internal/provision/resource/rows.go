package resource

import (
	"slices"

	"postern/internal/property"
)

// This file makes the rows of types out of those of nouns: what one family
// demands, what only it has.

// none is the surfaces on which a row of one family is not.
var none = property.Names{Wire: property.None, CloudFormation: property.None, Terraform: property.None, TerraformType: property.None,
	OpenAPI: property.None, CLI: property.None}

// onTypes puts a row on the two surfaces of templates alone.
func onTypes(name string, value property.Value, is property.Flags, doc string) property.Row {
	names := none
	names.CloudFormation, names.TerraformType = "", upper(name)
	return property.Row{Name: name, Names: names, Value: value, Is: is, Doc: doc}
}

func upper(name string) string {
	if name[0] >= 'a' && name[0] <= 'z' {
		return string(name[0]-'a'+'A') + name[1:]
	}
	return name
}

// apiRow is the API that a thing belongs to.
func apiRow(p *string) property.Row {
	return onTypes("restApiId", property.Text(p), property.Required|property.CreateOnly, "The API.")
}

// attributeRow is something that Fn::GetAtt gives.
func attributeRow(name string, p *string, doc string) property.Row {
	return onTypes(name, property.Text(p), property.ReadOnly, doc)
}

// idRows are the identifiers that every Terraform-shaped type has.
func idRows(p *string) property.List {
	old := onTypes("tfcfnid", property.Text(p), property.ReadOnly|property.Deprecated, "The same as Id.")
	old.Names.TerraformType, old.Names.CloudFormation = "tfcfnid", property.None
	id := attributeRow("id", p, "The identifier of Terraform's resource.")
	id.Names.CloudFormation = property.None
	return property.List{id, old}
}

// with sets flags of the rows called names.
func with(rows property.List, flags property.Flags, names ...string) property.List {
	for i := range rows {
		if slices.Contains(names, rows[i].Name) {
			rows[i].Is |= flags
		}
	}
	return rows
}

// without clears flags of the rows called names.
func without(rows property.List, flags property.Flags, names ...string) property.List {
	for i := range rows {
		if slices.Contains(names, rows[i].Name) {
			rows[i].Is &^= flags
		}
	}
	return rows
}

// equal reports whether the rows of two values of one noun say the same.
func equal(a, b property.List) bool { return len(property.Diff(property.Wire, a, b)) == 0 }

// drop removes the rows called names.
func drop(rows property.List, names ...string) property.List {
	return slices.DeleteFunc(rows, func(r property.Row) bool { return slices.Contains(names, r.Name) })
}
