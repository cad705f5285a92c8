"""Takes orders, and shows what a function may answer besides JSON."""

import base64
import json

# The smallest picture that a browser shows: one transparent point.
POINT = base64.b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")


def lambda_handler(event, context):
    what = event["pathParameters"]["proxy"]
    if what == "label.gif":
        return {
            "statusCode": 200,
            "headers": {"Content-Type": "image/gif"},
            "body": base64.b64encode(POINT).decode(),
            "isBase64Encoded": True,
        }
    if what == "nothing":
        return {"message": "this is no answer that the gateway understands: it has no statusCode"}
    if event["httpMethod"] == "POST":
        order = json.loads(event["body"])
        print("order of", order["count"], order["item"])
        return {
            "statusCode": 201,
            "multiValueHeaders": {"Set-Cookie": ["last=" + order["item"], "seen=yes"]},
            "body": json.dumps({"id": what, "item": order["item"], "count": order["count"]}),
        }
    return {"statusCode": 404, "body": json.dumps({"message": "no order " + what})}
