// Package throttle holds the token buckets that limit how fast requests are
// admitted, and the meter that limits how many are admitted in a period.
//
// A bucket holds at most the burst limit, fills at the rate limit and gives one
// token to each request; a request that finds less than one token is refused.
// Over any time t a bucket with an unchanged Limit admits at most
// Burst + Rate*t requests.
//
// There are no goroutines and no timers: a bucket is brought up to date when it
// is asked. Allow does not allocate.
//
// See "Throttle requests to your REST APIs for better throughput in API Gateway".
package throttle
