//go:build !unix

package nowait

import "errors"

// Read is not there.
func Read(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }

// Write is not there.
func Write(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }
