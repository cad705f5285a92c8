package apigw

import (
	"time"

	"postern/internal/property"
)

// A MethodSetting is what a stage sets for all methods or for one.
//
// See "MethodSetting" and "AWS::ApiGateway::Stage MethodSetting".
type MethodSetting struct {
	MetricsEnabled                         bool
	LoggingLevel                           string // OFF, ERROR, INFO; empty until set
	DataTraceEnabled                       bool
	ThrottlingBurstLimit                   int64   // requests; -1: the account's
	ThrottlingRateLimit                    float64 // requests per second; -1: the account's
	CachingEnabled                         bool
	CacheTTLInSeconds                      int64
	CacheDataEncrypted                     bool
	RequireAuthorizationForCacheControl    bool
	UnauthorizedCacheControlHeaderStrategy string
}

// DefaultMethodSetting returns what a key of method settings says once it has
// been touched.
func DefaultMethodSetting() *MethodSetting {
	return &MethodSetting{
		ThrottlingBurstLimit:                   5000,
		ThrottlingRateLimit:                    10000,
		CacheTTLInSeconds:                      300,
		RequireAuthorizationForCacheControl:    true,
		UnauthorizedCacheControlHeaderStrategy: "SUCCEED_WITH_RESPONSE_HEADER",
	}
}

// Properties is the one definition of what can be said of a method setting.
func (m *MethodSetting) Properties() property.List {
	return property.List{
		{
			Name:    "metricsEnabled",
			Value:   property.Bool(&m.MetricsEnabled),
			Is:      property.Always,
			Default: "false",
			Doc:     "Whether each method has metrics of its own.",
		},
		{
			Name:  "loggingLevel",
			Value: property.Enum(&m.LoggingLevel, "OFF", "ERROR", "INFO"),
			Doc:   "What the execution log says.",
		},
		{
			Name:    "dataTraceEnabled",
			Value:   property.Bool(&m.DataTraceEnabled),
			Is:      property.Always,
			Default: "false",
			Doc:     "Whether the execution log has whole payloads.",
		},
		{
			Name:    "throttlingBurstLimit",
			Value:   property.Int(&m.ThrottlingBurstLimit, -1, 1<<31-1),
			Is:      property.Always,
			Default: "5000",
			Doc:     "How many requests may come at once.",
		},
		{
			Name:    "throttlingRateLimit",
			Value:   property.Float(&m.ThrottlingRateLimit),
			Is:      property.Always,
			Default: "10000",
			Doc:     "How many requests a second may come in the long run.",
		},
		{
			Name:    "cachingEnabled",
			Value:   property.Bool(&m.CachingEnabled),
			Is:      property.Always,
			Default: "false",
			Doc:     "Whether responses are cached.",
		},
		{
			Name:    "cacheTtlInSeconds",
			Value:   property.Int(&m.CacheTTLInSeconds, 0, int64(time.Hour/time.Second)),
			Is:      property.Always,
			Default: "300",
			Doc:     "How long a cached response lives.",
		},
		{
			Name:    "cacheDataEncrypted",
			Value:   property.Bool(&m.CacheDataEncrypted),
			Is:      property.Always,
			Default: "false",
			Doc:     "Whether cached responses are encrypted.",
		},
		{
			Name:    "requireAuthorizationForCacheControl",
			Value:   property.Bool(&m.RequireAuthorizationForCacheControl),
			Is:      property.Always,
			Default: "true",
			Doc:     "Whether a client needs permission to renew a cached response.",
		},
		{
			Name: "unauthorizedCacheControlHeaderStrategy",
			Value: property.Enum(&m.UnauthorizedCacheControlHeaderStrategy,
				"FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"),
			Default: "SUCCEED_WITH_RESPONSE_HEADER",
			Doc:     "What becomes of a request for renewal without permission.",
		},
	}
}
