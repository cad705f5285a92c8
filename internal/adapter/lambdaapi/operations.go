package lambdaapi

// An operation is one of the Lambda API.
//
// See "Actions" in the Lambda API reference.
type operation struct {
	name   string
	method string
	path   string // as http.ServeMux has it
	status int    // of success
	serve  func(*call) (any, error)
}

const (
	functions = "/2015-03-31/functions"
	named     = functions + "/{name}"

	eventInvoke = "/2019-09-25/functions/{name}/event-invoke-config"
)

func operations() []operation {
	return []operation{
		{"CreateFunction", "POST", functions, 201, (*call).createFunction},
		{"ListFunctions", "GET", functions, 200, (*call).listFunctions},
		{"ListFunctions", "GET", functions + "/{$}", 200, (*call).listFunctions},
		{"CreateFunction", "POST", functions + "/{$}", 201, (*call).createFunction},
		{"GetFunction", "GET", named, 200, (*call).getFunction},
		{"DeleteFunction", "DELETE", named, 204, (*call).deleteFunction},
		{"GetFunctionConfiguration", "GET", named + "/configuration", 200, (*call).getConfiguration},
		{"UpdateFunctionConfiguration", "PUT", named + "/configuration", 200, (*call).updateConfiguration},
		{"UpdateFunctionCode", "PUT", named + "/code", 200, (*call).updateCode},
		{"(what Code.Location leads to)", "GET", named + "/code", 200, (*call).getCode},
		{"Invoke", "POST", named + "/invocations", 200, (*call).invoke},
		{"InvokeAsync", "POST", "/2014-11-13/functions/{name}/invoke-async", 202, (*call).invokeAsync},
		{"InvokeAsync", "POST", "/2014-11-13/functions/{name}/invoke-async/", 202, (*call).invokeAsync},

		{"PublishVersion", "POST", named + "/versions", 201, (*call).publishVersion},
		{"ListVersionsByFunction", "GET", named + "/versions", 200, (*call).listVersions},

		{"CreateAlias", "POST", named + "/aliases", 201, (*call).createAlias},
		{"ListAliases", "GET", named + "/aliases", 200, (*call).listAliases},
		{"GetAlias", "GET", named + "/aliases/{alias}", 200, (*call).getAlias},
		{"UpdateAlias", "PUT", named + "/aliases/{alias}", 200, (*call).updateAlias},
		{"DeleteAlias", "DELETE", named + "/aliases/{alias}", 204, (*call).deleteAlias},

		{"AddPermission", "POST", named + "/policy", 201, (*call).addPermission},
		{"GetPolicy", "GET", named + "/policy", 200, (*call).getPolicy},
		{"RemovePermission", "DELETE", named + "/policy/{statement}", 204, (*call).removePermission},

		{"PutFunctionConcurrency", "PUT", "/2017-10-31/functions/{name}/concurrency", 200, (*call).putConcurrency},
		{"GetFunctionConcurrency", "GET", "/2019-09-30/functions/{name}/concurrency", 200, (*call).getConcurrency},
		{"DeleteFunctionConcurrency", "DELETE", "/2017-10-31/functions/{name}/concurrency", 204, (*call).deleteConcurrency},

		{"PutFunctionEventInvokeConfig", "PUT", eventInvoke, 200, (*call).putEventInvoke},
		{"UpdateFunctionEventInvokeConfig", "POST", eventInvoke, 200, (*call).updateEventInvoke},
		{"GetFunctionEventInvokeConfig", "GET", eventInvoke, 200, (*call).getEventInvoke},
		{"ListFunctionEventInvokeConfigs", "GET", eventInvoke + "/list", 200, (*call).listEventInvokes},
		{"DeleteFunctionEventInvokeConfig", "DELETE", eventInvoke, 204, (*call).deleteEventInvoke},

		{"TagResource", "POST", "/2017-03-31/tags/{arn}", 204, (*call).tagResource},
		{"UntagResource", "DELETE", "/2017-03-31/tags/{arn}", 204, (*call).untagResource},
		{"ListTags", "GET", "/2017-03-31/tags/{arn}", 200, (*call).listTags},

		{"GetAccountSettings", "GET", "/2016-08-19/account-settings", 200, (*call).getAccount},
		{"GetAccountSettings", "GET", "/2016-08-19/account-settings/{$}", 200, (*call).getAccount},

		// What clients ask about and no function here has.
		{"GetFunctionCodeSigningConfig", "GET", "/2020-06-30/functions/{name}/code-signing-config", 200, (*call).getCodeSigning},
		{"GetRuntimeManagementConfig", "GET", "/2021-07-20/functions/{name}/runtime-management-config", 200, (*call).getRuntimeManagement},
		{"GetFunctionUrlConfig", "GET", "/2021-10-31/functions/{name}/url", 200, (*call).getURL},
		{"ListFunctionUrlConfigs", "GET", "/2021-10-31/functions/{name}/urls", 200, (*call).listURLs},
		{"ListEventSourceMappings", "GET", "/2015-03-31/event-source-mappings", 200, (*call).listEventSources},
		{"ListEventSourceMappings", "GET", "/2015-03-31/event-source-mappings/{$}", 200, (*call).listEventSources},
	}
}
