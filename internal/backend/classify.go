package backend

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// classify gives the failure of a call its name. An error of this package stays
// what it is.
func classify(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &Timeout{Err: err}
	case ctx.Err() != nil:
		return ctx.Err()
	}
	if e, ok := errors.AsType[*Untrusted](err); ok {
		return e
	}
	if e, ok := errors.AsType[*WrongName](err); ok {
		return e
	}
	if e, ok := errors.AsType[*TooLarge](err); ok {
		return e
	}
	if e, ok := errors.AsType[*Network](err); ok {
		return e
	}
	if e, ok := errors.AsType[*InvalidEndpoint](err); ok {
		return e
	}
	if e, ok := errors.AsType[*InvalidRequest](err); ok {
		return e
	}
	_, noAddress := errors.AsType[*net.DNSError](err)
	_, badAddress := errors.AsType[*net.AddrError](err)
	if noAddress || badAddress || errors.Is(err, errLinkLocal) {
		return &InvalidEndpoint{Err: err}
	}
	return &Network{Reason: reason(err), Err: err}
}

// reason finds the words for what happened on the network. What is none of it
// was read and not understood.
func reason(err error) string {
	_, notTLS := errors.AsType[tls.RecordHeaderError](err)
	_, handshake := errors.AsType[*handshakeError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return Reset
	case errors.Is(err, syscall.EHOSTUNREACH):
		return NoRoute
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return Unreachable
	case errors.Is(err, syscall.ETIMEDOUT):
		return ConnectTimedOut
	case notTLS:
		return NotTLS
	case isOp && op.Op == "remote error": // crypto/tls: an alert that was received
		return FatalAlert + strings.ReplaceAll(strings.TrimPrefix(op.Err.Error(), "tls: "), " ", "_")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return Closed
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return ConnectTimedOut // dialLimit
	case handshake:
		return Closed
	}
	return NotHTTP
}
