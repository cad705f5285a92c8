//go:build ignore

// Command sqs serves SQS and SNS from memory on a port of its own, which it
// prints.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/Admiral-Piett/goaws/app"
	"github.com/Admiral-Piett/goaws/app/gosqs"
	"github.com/Admiral-Piett/goaws/app/router"
	"github.com/sirupsen/logrus"
)

func main() {
	logrus.SetOutput(io.Discard)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	app.CurrentEnvironment = app.Environment{Host: "127.0.0.1", Port: port, Region: "us-east-1", AccountID: "000000000000"}
	go gosqs.PeriodicTasks(time.Second, make(chan struct{}))
	fmt.Println("sqs", l.Addr())
	log.Fatal(http.Serve(l, router.New()))
}
