// Package services holds what stands for services of AWS in the tests of the
// house: programs around servers that others wrote. .ci/services builds them,
// with a module file of their own, so that Postern's has nothing of it.
package services
