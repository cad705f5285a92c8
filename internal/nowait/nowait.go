// Package nowait reads and writes descriptors that do not block, at less cost
// than package syscall does.
//
// A system call of package syscall may take long: Go's scheduler is told of it,
// and a thread that looks after such calls wakes 50,000 times a second as long as
// some of them take more than 20 µs. A call on a descriptor that is in
// non-blocking mode never waits. It may be late because the kernel had something
// better to do, and then that thread takes the processor away for nothing.
//
// The descriptor must be in non-blocking mode: one that waits here keeps one of
// GOMAXPROCS from running anything else. See docs/decisions/0022-calls-that-do-not-wait.md.
//
//	err := raw.Read(func(fd uintptr) bool { // of a syscall.RawConn
//		n, err = nowait.Read(fd, b)
//		return err != syscall.EAGAIN
//	})
package nowait
