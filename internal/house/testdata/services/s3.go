//go:build ignore

// Command s3 serves S3 from memory on a port of its own, which it prints.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("s3", l.Addr())
	log.Fatal(http.Serve(l, gofakes3.New(s3mem.New()).Server()))
}
