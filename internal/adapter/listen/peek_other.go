//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package listen

import "syscall"

// peekable is false: net/http, which reads while a request is answered, takes
// all connections.
const peekable = false

func ended(syscall.RawConn) bool { return false }
