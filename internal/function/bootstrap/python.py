"""Runs a Python handler as AWS Lambda does.

It speaks with Postern over file descriptors 3 and 4, as internal/function/pipe.go says.
"""
import importlib
import json
import logging
import os
import sys
import time
import traceback

ENV = os.environ
EVENTS = 3
ANSWERS = 4
NEXT = b"next\n"


class Fault(Exception):
    """An error of the handler's name, module or result, by Lambda's name for it."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind, self.message, self.trace = kind, message, list(trace)


class Identity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class Client:
    def __init__(self, data):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, data.get(name))


class ClientContext:
    def __init__(self, data):
        self.custom, self.env, self.client = data.get("custom"), data.get("env"), Client(data.get("client") or {})


class LambdaContext:
    def __init__(self, request_id, deadline, arn, client):
        self.aws_request_id = request_id
        self.invoked_function_arn = arn
        self.function_name = ENV["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = ENV["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = ENV["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = ENV["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = ENV["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = int(deadline)
        self.client_context = ClientContext(json.loads(client)) if client else None
        self.identity = Identity()

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


class Pipe:
    def __init__(self):
        os.set_inheritable(EVENTS, False)
        os.set_inheritable(ANSWERS, False)
        self.input = open(EVENTS, "rb", 65536)

    def event(self):
        """The next event: its fields and its payload."""
        line = self.input.readline()
        if not line:
            os._exit(1)
        *fields, size = line.decode().rstrip("\n").split("\t")
        return fields, self.input.read(int(size))

    def answer(self, head, body, rest=NEXT):
        self.say(f"{head}\t{len(body)}\n".encode("ascii", "replace") + body + rest)

    def say(self, text):
        while text:
            text = text[os.write(ANSWERS, text):]


def result_of(handler, context, body):
    try:
        event = json.loads(body)
    except ValueError as e:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {e}")
    result = handler(event, context)
    try:
        return json.dumps(result, ensure_ascii=False).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError) as e:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {e}")


def main():
    set_up_logging()
    sys.path.insert(0, ENV["LAMBDA_TASK_ROOT"])
    pipe = Pipe()
    try:
        handler = load(ENV["_HANDLER"])
    except Exception as e:
        kind, body = shape(e, "")
        pipe.answer(f"init\t{kind}", json.dumps(body).encode(), b"")
        sys.exit(1)
    pipe.say(NEXT)
    while True:
        (request_id, deadline, arn, trace, client), body = pipe.event()
        Handler.request_id = request_id
        if trace:
            ENV["_X_AMZN_TRACE_ID"] = trace
        else:
            ENV.pop("_X_AMZN_TRACE_ID", None)
        try:
            answer = result_of(handler, LambdaContext(request_id, deadline, arn, client), body)
            head = f"response\t{request_id}"
        except Exception as e:
            kind, answer = shape(e, request_id)
            head, answer = f"error\t{request_id}\t{kind}", json.dumps(answer).encode()
        sys.stdout.flush()
        sys.stderr.flush()
        Handler.request_id = ""
        pipe.answer(head, answer)


main()
