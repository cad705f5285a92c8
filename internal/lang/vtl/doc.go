// Package vtl is the template language of API Gateway's mapping templates: a
// dialect of Apache Velocity 1.7.
package vtl
