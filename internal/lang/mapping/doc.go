// Package mapping holds the two notations of data mapping, parameter mapping
// expressions and mapping templates, and the plain substitution of gateway
// responses and access logs. All three read one Scope.
package mapping
