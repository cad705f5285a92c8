"""Runs a Python handler as AWS Lambda does, over the Lambda Runtime API.

An answer and the question for the next event travel in one write.
"""
import importlib
import json
import logging
import os
import socket
import sys
import time
import traceback

ENV = os.environ
API = ENV["AWS_LAMBDA_RUNTIME_API"]
BASE = "/2018-06-01/runtime/"
NEXT = f"GET {BASE}invocation/next HTTP/1.1\r\nHost: {API}\r\n\r\n".encode()


class Fault(Exception):
    """An error of the handler's name, module or result, by Lambda's name for it."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind, self.message, self.trace = kind, message, list(trace)


class Identity:
    def __init__(self, data):
        self.cognito_identity_id = data.get("cognitoIdentityId")
        self.cognito_identity_pool_id = data.get("cognitoIdentityPoolId")


class Client:
    def __init__(self, data):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, data.get(name))


class ClientContext:
    def __init__(self, data):
        self.custom, self.env, self.client = data.get("custom"), data.get("env"), Client(data.get("client") or {})


class LambdaContext:
    def __init__(self, headers):
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.function_name = ENV["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = ENV["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = ENV["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = ENV["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = ENV["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = int(headers["lambda-runtime-deadline-ms"])
        client = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(client.encode("latin-1"))) if client else None
        self.identity = Identity(json.loads(headers.get("lambda-runtime-cognito-identity") or "{}"))

    def get_remaining_time_in_millis(self):
        return max(int(self._deadline - time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message) + "\n")


class Handler(logging.Handler):
    """Writes records as Lambda's handler of the root logger does."""

    request_id = ""

    def emit(self, record):
        sys.stdout.write(self.format(record).replace("\n", "\r") + "\n")

    def filter(self, record):
        record.aws_request_id = Handler.request_id
        return super().filter(record)


def set_up_logging():
    sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)
    sys.stderr.reconfigure(encoding="utf-8", line_buffering=True)
    handler = Handler()
    formatter = logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)


def load(name):
    try:
        module, function = name.rsplit(".", 1)
    except ValueError:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)")
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as e:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module}': {e}")
    except SyntaxError as e:
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {e}",
                    [f'  File "{e.filename}" Line {e.lineno}\n    {e.text}\n'])
    if not hasattr(loaded, function):
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module}'")
    return getattr(loaded, function)


def shape(e, request_id):
    """The error as the caller of the function sees it; it is logged, too."""
    if isinstance(e, Fault):
        kind, message, trace = e.kind, e.message, e.trace
    else:
        kind, message = type(e).__name__, str(e)
        frames = [f for f in traceback.extract_tb(e.__traceback__) if f.filename != __file__ and not f.filename.startswith("<frozen")]
        trace = traceback.format_list(frames)
    text = f"[ERROR] {kind}: {message}\nTraceback (most recent call last):\n" + "".join(trace) if trace else f"[ERROR] {kind}: {message}"
    sys.stdout.write(text.rstrip("\n").replace("\n", "\r") + "\n")
    return kind, {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}


class Runtime:
    def __init__(self):
        host, port = API.split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.socket.makefile("rb", 65536)

    def read(self):
        """One response: its headers in lower case, and its body."""
        if not self.input.readline():
            os._exit(1)
        headers = {}
        while line := self.input.readline().decode("latin-1").rstrip("\r\n"):
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
        return headers, self.input.read(int(headers.get("content-length", 0)))

    def next(self):
        while True:  # responses to what was posted are passed over
            headers, body = self.read()
            if "lambda-runtime-aws-request-id" in headers:
                return headers, body

    def post(self, where, body, kind="", rest=b""):
        kind = f"Lambda-Runtime-Function-Error-Type: {kind}\r\n" if kind else ""
        head = f"POST {BASE}{where} HTTP/1.1\r\nHost: {API}\r\nContent-Type: application/json\r\n{kind}Content-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode("ascii", "replace") + body + rest)


def result_of(handler, headers, body):
    try:
        event = json.loads(body)
    except ValueError as e:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {e}")
    result = handler(event, LambdaContext(headers))
    try:
        return json.dumps(result, ensure_ascii=False).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError) as e:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {e}")


def main():
    set_up_logging()
    sys.path.insert(0, ENV["LAMBDA_TASK_ROOT"])
    runtime = Runtime()
    try:
        handler = load(ENV["_HANDLER"])
    except Exception as e:
        kind, body = shape(e, "")
        runtime.post("init/error", json.dumps(body).encode(), kind)
        runtime.read()
        sys.exit(1)
    runtime.socket.sendall(NEXT)
    while True:
        headers, body = runtime.next()
        request_id = Handler.request_id = headers["lambda-runtime-aws-request-id"]
        if trace := headers.get("lambda-runtime-trace-id"):
            ENV["_X_AMZN_TRACE_ID"] = trace
        else:
            ENV.pop("_X_AMZN_TRACE_ID", None)
        try:
            where, kind, answer = "response", "", result_of(handler, headers, body)
        except Exception as e:
            kind, answer = shape(e, request_id)
            where, answer = "error", json.dumps(answer).encode()
        sys.stdout.flush()
        sys.stderr.flush()
        Handler.request_id = ""
        runtime.post(f"invocation/{request_id}/{where}", answer, kind, NEXT)


main()
