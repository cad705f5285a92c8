package lambdaapi

import (
	"postern/internal/lambda"
)

func (c *call) eventInvoke(e *lambda.EventInvoke) map[string]any {
	none := map[string]any{}
	out := map[string]any{
		"LastModified":      float64(e.Modified.UnixMilli()) / 1000,
		"DestinationConfig": map[string]any{"OnSuccess": none, "OnFailure": none},
	}
	if n, err := lambda.ParseName(c.name()); err == nil {
		out["FunctionArn"] = c.lambda.ARN(n.Function, e.Qualifier)
	}
	if e.Retries != nil {
		out["MaximumRetryAttempts"] = *e.Retries
	}
	if e.MaxAge != nil {
		out["MaximumEventAgeInSeconds"] = *e.MaxAge
	}
	return out
}

func (c *call) putEventInvoke() (any, error)    { return c.setEventInvoke(false) }
func (c *call) updateEventInvoke() (any, error) { return c.setEventInvoke(true) }

// setEventInvoke replaces what there is, or adds to it.
func (c *call) setEventInvoke(add bool) (any, error) {
	members, err := c.members()
	if err != nil {
		return nil, err
	}
	given := &lambda.EventInvoke{}
	if err := decode(given.Properties(), members); err != nil {
		return nil, err
	}
	destinations, _ := members["DestinationConfig"].(map[string]any)
	for _, when := range []string{"OnSuccess", "OnFailure"} {
		if d, _ := destinations[when].(map[string]any); d["Destination"] != nil && d["Destination"] != "" {
			return nil, &lambda.Error{Code: lambda.InvalidParameterValue, Message: "Destinations are not part of Postern; leave DestinationConfig." + when + " out"}
		}
	}
	if given.Retries == nil && given.MaxAge == nil && members["DestinationConfig"] == nil {
		return nil, &lambda.Error{Code: lambda.InvalidParameterValue, Message: "You must specify at least one of error handling or destination setting."}
	}
	set, err := c.lambda.PutEventInvoke(c.Context(), c.name(), c.qualifier(), add, func(e *lambda.EventInvoke) {
		if !add || given.Retries != nil {
			e.Retries = given.Retries
		}
		if !add || given.MaxAge != nil {
			e.MaxAge = given.MaxAge
		}
	})
	if err != nil {
		return nil, err
	}
	return c.eventInvoke(set), nil
}

func (c *call) getEventInvoke() (any, error) {
	e, err := c.lambda.GetEventInvoke(c.Context(), c.name(), c.qualifier())
	if err != nil {
		return nil, err
	}
	return c.eventInvoke(e), nil
}

func (c *call) listEventInvokes() (any, error) {
	list, err := c.lambda.ListEventInvokes(c.Context(), c.name())
	if err != nil {
		return nil, err
	}
	return listed(c, "FunctionEventInvokeConfigs", list, func(e *lambda.EventInvoke) (any, error) { return c.eventInvoke(e), nil })
}

func (c *call) deleteEventInvoke() (any, error) {
	return nil, c.lambda.DeleteEventInvoke(c.Context(), c.name(), c.qualifier())
}
