// Control measures what an operation of the control plane costs against how
// much there is already.
//
//	go run ./bench/control [-apis 10000] [-resources 100] [-rounds 50] [-data-dir DIR]
//
// It makes APIs with resources, one operation at a time, as clients do, and at
// each tenfold count takes the median cost of single operations. Then it does
// the same within one API, and with API keys. With -data-dir everything is in a
// file, which is opened again at the end; without it, in memory.
//
// The cost is CPU time of the process, the publisher's compiling included, since
// that is what a busy machine changes least.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/house"
	"postern/internal/property"
)

func main() {
	var b bench
	apis := flag.Int("apis", 10_000, "APIs in the end")
	flag.IntVar(&b.resources, "resources", 100, "resources of each API")
	flag.IntVar(&b.rounds, "rounds", 50, "times that an operation is measured")
	within := flag.Int("within", 10_000, "resources of one API, and API keys, in the end")
	flag.StringVar(&b.dir, "data-dir", "", "keep everything in this directory")
	flag.Parse()
	log.SetFlags(0)
	if b.resources < 3 || b.rounds < 1 {
		log.Fatal("at least 3 resources and 1 round are needed")
	}
	if err := b.run(*apis, *within); err != nil {
		log.Fatal(err)
	}
}

type bench struct {
	resources, rounds int
	dir               string

	ctx     context.Context
	house   *house.House
	control *control.Service
}

func (b *bench) run(apis, within int) (err error) {
	if b.dir != "" {
		if _, err := os.Stat(b.dir); err == nil {
			return fmt.Errorf("%s exists", b.dir)
		}
	}
	stop, err := b.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if err := b.many(apis); err != nil {
		return err
	}
	if err := b.one(within); err != nil {
		return err
	}
	if err := b.keys(within); err != nil {
		return err
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	fmt.Printf("\nheap %d MiB\n", m.HeapAlloc>>20)
	if b.dir == "" {
		return nil
	}
	if err := stop(); err != nil {
		return err
	}
	start := cpu()
	if stop, err = b.open(); err != nil {
		return err
	}
	fmt.Printf("opened again and served after CPU %v\n", (cpu() - start).Round(time.Millisecond))
	return nil
}

// open makes a house and serves what it holds. The function closes it.
func (b *bench) open() (func() error, error) {
	h, err := house.New(house.Config{DataDir: b.dir, Spare: house.SpareMemory(os.Getenv)})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	closed := false
	stop := func() error {
		if closed {
			return nil
		}
		closed = true
		cancel()
		return errors.Join(<-ended, h.Close())
	}
	if err := h.Ready(ctx); err != nil {
		return nil, errors.Join(err, stop())
	}
	b.ctx, b.house, b.control = ctx, h, h.Control
	return stop, nil
}

// An operation is something that is measured; undo, if any, is not.
type operation struct {
	name string
	do   func(i int) error
	undo func(i int) error
}

// row measures operations and prints their medians.
func (b *bench) row(count int, ops []operation) error {
	fmt.Printf("%9d", count)
	for _, op := range ops {
		times := make([]time.Duration, b.rounds)
		for i := range times {
			start := cpu()
			if err := op.do(i); err != nil {
				return fmt.Errorf("%s: %w", op.name, err)
			}
			times[i] = cpu() - start
			if op.undo != nil {
				if err := op.undo(i); err != nil {
					return fmt.Errorf("undo %s: %w", op.name, err)
				}
			}
		}
		slices.Sort(times)
		fmt.Printf(" %*.1f", max(len(op.name), 8), float64(times[len(times)/2].Nanoseconds())/1e3)
	}
	fmt.Println()
	return nil
}

// cpu returns the CPU time that the process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		log.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func head(title string, ops []operation) {
	fmt.Printf("\n%s: CPU µs, medians\n%9s", title, "count")
	for _, op := range ops {
		fmt.Printf(" %*s", max(len(op.name), 8), op.name)
	}
	fmt.Println()
}

// tenfold returns 100, 1,000, … and the last.
func tenfold(last int) []int {
	var counts []int
	for n := 100; n < last; n *= 10 {
		counts = append(counts, n)
	}
	return append(counts, last)
}

// api makes an API with a method and a stage; its identifier is told by i.
func (b *bench) api(i int) (*apigw.RestAPI, error) {
	api, err := b.control.CreateRestAPI(b.ctx, &apigw.RestAPI{Name: "api " + strconv.Itoa(i)}, control.RestAPIOptions{})
	if err != nil {
		return nil, err
	}
	parent := api.RootResourceID
	for n := 1; n < b.resources; n++ {
		r, err := b.control.CreateResource(b.ctx, api.ID, parent, "r"+strconv.Itoa(n))
		if err != nil {
			return nil, err
		}
		if n%10 == 0 { // ten below every tenth
			parent = r.ID
		}
	}
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
	if err := b.mock(k); err != nil {
		return nil, err
	}
	_, err = b.control.CreateDeployment(b.ctx, api.ID, control.DeploymentInput{StageName: "prod"})
	return api, err
}

func (b *bench) mock(k apigw.MethodKey) error {
	if _, err := b.control.PutMethod(b.ctx, k, &apigw.Method{}); err != nil {
		return err
	}
	_, err := b.control.PutIntegration(b.ctx, k, &apigw.Integration{Type: apigw.Mock, RequestTemplates: map[string]string{"application/json": `{"statusCode":200}`}})
	return err
}

// many measures operations on one of many APIs.
func (b *bench) many(last int) error {
	var api *apigw.RestAPI
	var made string
	k := func() apigw.MethodKey {
		return apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "POST"}
	}
	page := func(limit int, after string) func(int) error {
		return func(int) error {
			_, _, err := b.control.GetRestAPIs(b.ctx, control.Page{Limit: limit, After: after})
			return err
		}
	}
	ops := []operation{
		{name: "CreateRestApi", do: func(i int) error {
			a, err := b.control.CreateRestAPI(b.ctx, &apigw.RestAPI{Name: "x"}, control.RestAPIOptions{})
			if err == nil {
				made = a.ID
			}
			return err
		}, undo: func(int) error { return b.control.DeleteRestAPI(b.ctx, made) }},
		{name: "GetRestApi", do: func(int) error {
			_, err := b.control.GetRestAPI(b.ctx, api.ID)
			return err
		}},
		{name: "UpdateRestApi", do: func(i int) error {
			_, err := b.control.UpdateRestAPI(b.ctx, api.ID, []property.PatchOperation{{Op: "replace", Path: "/description", Value: strconv.Itoa(i), HasValue: true}})
			return err
		}},
		{name: "page of 25", do: page(25, "")},
		{name: "last page", do: page(25, "zz")},
		{name: "page of 500", do: page(500, "")},
		{name: "CreateResource", do: func(i int) error {
			r, err := b.control.CreateResource(b.ctx, api.ID, api.RootResourceID, "new"+strconv.Itoa(i))
			if err == nil {
				made = r.ID
			}
			return err
		}, undo: func(int) error { return b.control.DeleteResource(b.ctx, api.ID, made) }},
		{name: "PutMethod", do: func(int) error {
			_, err := b.control.PutMethod(b.ctx, k(), &apigw.Method{})
			return err
		}, undo: func(int) error { return b.control.DeleteMethod(b.ctx, k()) }},
		{name: "GetMethod", do: func(int) error {
			_, err := b.control.GetMethod(b.ctx, apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"})
			return err
		}},
		{name: "CreateDeployment", do: func(i int) error {
			_, err := b.control.CreateDeployment(b.ctx, api.ID, control.DeploymentInput{StageName: "prod"})
			return err
		}},
		{name: "UpdateStage", do: func(i int) error {
			_, err := b.control.UpdateStage(b.ctx, api.ID, "prod", []property.PatchOperation{{Op: "replace", Path: "/description", Value: strconv.Itoa(i), HasValue: true}})
			return err
		}},
		{name: "CreateVpcLink", do: func(i int) error {
			l, err := b.control.CreateVPCLink(b.ctx, &apigw.VPCLink{Name: "l", TargetARNs: []string{"arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/n/1"}})
			if err == nil {
				made = l.ID
			}
			return err
		}, undo: func(int) error { return b.control.DeleteVPCLink(b.ctx, made) }},
	}
	head(fmt.Sprintf("APIs of %d resources, one method and one stage", b.resources), ops)
	n, start := 0, cpu()
	var spent []string
	for _, count := range tenfold(last) {
		begun, from := cpu(), n
		for ; n < count; n++ {
			a, err := b.api(n)
			if err != nil {
				return err
			}
			if n == count/2 {
				api = a
			}
		}
		spent = append(spent, fmt.Sprintf("%.2f ms up to %d", float64((cpu()-begun).Microseconds())/1e3/float64(n-from), n))
		if err := b.row(count, ops); err != nil {
			return err
		}
	}
	fmt.Printf("CPU %v for all of this; an API with all it has took %v\n", (cpu() - start).Round(time.Second), spent)
	return nil
}

// one measures operations on one of the resources of one API.
func (b *bench) one(last int) error {
	api, err := b.control.CreateRestAPI(b.ctx, &apigw.RestAPI{Name: "one"}, control.RestAPIOptions{})
	if err != nil {
		return err
	}
	var leaf *apigw.Resource
	var made string
	n := 1
	page := func(limit int, after string) func(int) error {
		return func(int) error {
			_, _, err := b.control.GetResources(b.ctx, api.ID, control.Page{Limit: limit, After: after})
			return err
		}
	}
	ops := []operation{
		{name: "CreateResource", do: func(i int) error {
			r, err := b.control.CreateResource(b.ctx, api.ID, leaf.ParentID, "new"+strconv.Itoa(i))
			if err == nil {
				made = r.ID
			}
			return err
		}, undo: func(int) error { return b.control.DeleteResource(b.ctx, api.ID, made) }},
		{name: "GetResource", do: func(int) error {
			_, err := b.control.GetResource(b.ctx, api.ID, leaf.ID)
			return err
		}},
		{name: "UpdateResource", do: func(i int) error {
			_, err := b.control.UpdateResource(b.ctx, api.ID, leaf.ID, []property.PatchOperation{{Op: "replace", Path: "/pathPart", Value: "renamed" + strconv.Itoa(n) + "-" + strconv.Itoa(i), HasValue: true}})
			return err
		}},
		{name: "page of 25", do: page(25, "")},
		{name: "last page", do: page(25, "/r99")},
		{name: "page of 500", do: page(500, "")},
	}
	head("resources of one API", ops)
	parent := api.RootResourceID
	for _, count := range tenfold(last) {
		for ; n < count; n++ {
			r, err := b.control.CreateResource(b.ctx, api.ID, parent, "r"+strconv.Itoa(n))
			if err != nil {
				return err
			}
			if leaf = r; n%100 == 0 {
				if parent = api.RootResourceID; n%200 == 0 {
					parent = r.ID
				}
			}
		}
		if err := b.row(count, ops); err != nil {
			return err
		}
	}
	return nil
}

// keys measures operations on one of many API keys.
func (b *bench) keys(last int) error {
	var key *apigw.APIKey
	var made string
	var err error
	page := func(limit int, after string) func(int) error {
		return func(int) error {
			_, _, err := b.control.GetAPIKeys(b.ctx, control.APIKeyFilter{}, control.Page{Limit: limit, After: after})
			return err
		}
	}
	ops := []operation{
		{name: "CreateApiKey", do: func(int) error {
			k, err := b.control.CreateAPIKey(b.ctx, &apigw.APIKey{Name: "x"})
			if err == nil {
				made = k.ID
			}
			return err
		}, undo: func(int) error { return b.control.DeleteAPIKey(b.ctx, made) }},
		{name: "GetApiKey", do: func(int) error {
			_, err := b.control.GetAPIKey(b.ctx, key.ID, true)
			return err
		}},
		{name: "page of 25", do: page(25, "")},
		{name: "page of 500", do: page(500, "")},
	}
	head("API keys", ops)
	n := 0
	for _, count := range tenfold(last) {
		for ; n < count; n++ {
			if key, err = b.control.CreateAPIKey(b.ctx, &apigw.APIKey{Name: "key " + strconv.Itoa(n)}); err != nil {
				return err
			}
		}
		if err := b.row(count, ops); err != nil {
			return err
		}
	}
	return nil
}
